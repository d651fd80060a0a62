/** A value that every process keeps in memory until a signal says that it has changed. */
import type { Signals } from './signals.ts';

/** How one cache has served this process since its start. */
export interface CacheFigures {
  readonly name: string;
  hits: number;
  misses: number;
  /** Whether it holds its value now. */
  held: boolean;
  /** Of one with values under many keys, each for a while (`src/cache/shared.ts`). */
  shared?: { readonly ttlMs: number; keys(limit: number): Promise<string[]> };
}

/** Caches by the signals that drop them. */
const known = new WeakMap<object, CacheFigures[]>();

export const cachesOf = (signals: Pick<Signals, 'on'>): readonly CacheFigures[] => known.get(signals) ?? [];

/** Shows a cache to whoever looks after the clinic. */
export function registerCache(signals: Pick<Signals, 'on'>, figures: CacheFigures): void {
  known.set(signals, [...cachesOf(signals), figures]);
}

/**
 * @param name name of the cache; `signals.send('cache', name)` in the transaction of a change drops it everywhere
 * @param load reads the value; an error is passed on and nothing is kept
 * @returns reads the value, from memory when it is there. Not for transactions that change it: they would keep what may be rolled back
 */
export function createCached<T>(signals: Pick<Signals, 'on'>, name: string, load: () => Promise<T>): () => Promise<T> {
  let value: Promise<T> | undefined;
  const figures: CacheFigures = { name, hits: 0, misses: 0, held: false };
  registerCache(signals, figures);

  signals.on('cache', (subject) => {
    if (subject !== name) return;
    value = undefined;
    figures.held = false;
  });

  return () => {
    if (value) {
      figures.hits++;
      return value;
    }
    figures.misses++;
    figures.held = true;
    const loading = load();
    value = loading;
    // A signal that came meanwhile has dropped it already.
    loading.catch(() => {
      if (value !== loading) return;
      value = undefined;
      figures.held = false;
    });
    return loading;
  };
}
