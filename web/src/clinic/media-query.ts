import { useSyncExternalStore } from 'react';

/** Whether a media query holds, now and whenever that changes. */
function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query);
      list.addEventListener('change', changed);
      return () => list.removeEventListener('change', changed);
    },
    () => matchMedia(query).matches,
  );
}

/** A phone, or a window as narrow as one: cards for tables, tabs at the bottom for the menu. The same width is in `clinic.css`. */
export const useNarrow = (): boolean => useMedia('(max-width: 759px)');

/** Operated by finger. */
export const useTouch = (): boolean => useMedia('(pointer: coarse)');
