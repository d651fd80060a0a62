/** Watches the video elements and tells the server, in one message, how large each is shown or that it is not. */
import { AGAIN_MS, mayPass, type Request } from '../net/request.ts';
import { createStore, type Store } from '../store.ts';
import { changedDisplays, type Display } from './display-fold.ts';

export interface Displays {
  /** True once somebody's picture was shown. */
  readonly shown: Store<boolean>;
  /** Watches the element that shows this consumer. Returns the function that ends it. */
  watch(element: HTMLVideoElement, consumerId: string): () => void;
  /** Looks again soon: consumers came or went. */
  look(): void;
  /** Everything will be told anew (after a rejoin the server may know nothing). */
  forget(): void;
  close(): void;
}

/** Long enough to fold the layout changes of one event into one message. */
const DEBOUNCE_MS = 120;

interface Watched {
  consumerId: string;
  visible: boolean;
}

/** Size in device pixels, 0 when nobody can see it; a picture-in-picture window is seen whatever the page does. */
function measure(element: HTMLVideoElement, { consumerId, visible }: Watched): Display {
  const seen = document.pictureInPictureElement === element || (visible && document.visibilityState === 'visible');
  const scale = seen ? devicePixelRatio : 0;
  const pixels = (length: number): number => Math.min(16_384, Math.round(length * scale));
  return { consumerId, width: pixels(element.clientWidth), height: pixels(element.clientHeight) };
}

/** @param again called when it is worth another try */
function send(request: Request, told: Map<string, Display>, displays: Display[], again: () => void): void {
  for (const display of displays) told.set(display.consumerId, display);
  request('consumer:display', { displays }).catch((error: unknown) => {
    // Told again after the rejoin, or when something changes.
    for (const display of displays) told.delete(display.consumerId);
    if (mayPass(error)) again();
  });
}

/** Starts watching. `alive` lists the video consumers that exist now. */
export function createDisplays(request: Request, alive: () => readonly string[]): Displays {
  const shown = createStore(false);
  const elements = new Map<HTMLVideoElement, Watched>();
  const told = new Map<string, Display>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const plan = (delayMs: number): void => {
    clearTimeout(timer);
    timer = setTimeout(tell, delayMs);
  };
  const look = (): void => plan(DEBOUNCE_MS);
  const resized = new ResizeObserver(look);
  const crossed = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const known = elements.get(entry.target as HTMLVideoElement);
      if (known) known.visible = entry.isIntersecting;
    }
    look();
  });

  function tell(): void {
    const ids = alive();
    const measured = [...elements].map(([element, known]) => measure(element, known));
    const changed = changedDisplays(told, measured, ids);
    for (const id of told.keys()) if (!ids.includes(id)) told.delete(id);
    if (changed.length > 0) send(request, told, changed, () => plan(AGAIN_MS));
  }
  document.addEventListener('visibilitychange', look);

  return {
    shown,
    watch(element, consumerId) {
      // Missing in older Firefox; whoever waits for the picture waits with a limit.
      if (!shown.get() && 'requestVideoFrameCallback' in element) element.requestVideoFrameCallback(() => shown.set(true));
      elements.set(element, { consumerId, visible: true });
      resized.observe(element);
      crossed.observe(element);
      look();
      return () => {
        elements.delete(element);
        resized.unobserve(element);
        crossed.unobserve(element);
        look();
      };
    },
    look,
    forget() {
      told.clear();
      look();
    },
    close() {
      clearTimeout(timer);
      resized.disconnect();
      crossed.disconnect();
      document.removeEventListener('visibilitychange', look);
    },
  };
}
