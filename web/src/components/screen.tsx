import { useEffect, useState, type ComponentType } from 'react';
import { outdated } from '../net/capabilities.ts';
import { Loading } from './loading.tsx';

/**
 * A screen in a file of its own. Unlike `React.lazy` it renders at once when its file is there already: a Suspense
 * fallback, once shown, stays for 300 ms, which would be most of the way to the first picture of a visit.
 */
export function screen<P extends object>(load: () => Promise<{ default: ComponentType<P> }>) {
  let Loaded: ComponentType<P> | null = null;
  async function preload(): Promise<void> {
    Loaded = (await load()).default;
  }
  function Screen(props: P) {
    const [, setReady] = useState(Loaded !== null);
    useEffect(() => {
      if (Loaded) return;
      // Gone when the server was updated; a reload brings the new one.
      preload().then(
        () => setReady(true),
        () => outdated.set(true),
      );
    }, []);
    return Loaded ? <Loaded {...props} /> : <Loading />;
  }
  return { Screen, preload };
}
