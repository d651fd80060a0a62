/** A value that every process keeps in memory until a signal says that it has changed. */
import type { Signals } from './signals.ts';

/**
 * @param name name of the cache; `signals.send('cache', name)` in the transaction of a change drops it everywhere
 * @param load reads the value; an error is passed on and nothing is kept
 * @returns reads the value, from memory when it is there. Not for transactions that change it: they would keep what may be rolled back
 */
export function createCached<T>(signals: Pick<Signals, 'on'>, name: string, load: () => Promise<T>): () => Promise<T> {
  let value: Promise<T> | undefined;

  signals.on('cache', (subject) => {
    if (subject === name) value = undefined;
  });

  return () => {
    if (value) return value;
    const loading = load();
    value = loading;
    // A signal that came meanwhile has dropped it already.
    loading.catch(() => {
      if (value === loading) value = undefined;
    });
    return loading;
  };
}
