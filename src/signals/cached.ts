/** What a process keeps in memory until a signal says that it has changed, with figures of how that serves. */
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
  /** Of one that is neither that nor a single value. */
  readonly kept?: KeptCache;
}

export interface KeptCache {
  /**
   * `keyed`: each process keeps values under many keys; `loaded`: each process keeps all there is and reads it again after a change;
   * `client`: browsers and proxies keep it, and ask each time whether it still holds.
   */
  readonly strategy: 'keyed' | 'loaded' | 'client';
  /** Of what is there now; without keys of their own for things that name people or open something. */
  keys(limit: number): string[];
  /** @param key null: all of it */
  clear(key: string | null): void;
}

/** Caches by the signals that drop them. */
const known = new WeakMap<object, CacheFigures[]>();

export const cachesOf = (signals: Pick<Signals, 'on'>): readonly CacheFigures[] => known.get(signals) ?? [];

/** Shows a cache to whoever looks after the clinic. */
export function registerCache(signals: Pick<Signals, 'on'>, figures: CacheFigures): void {
  known.set(signals, [...cachesOf(signals), figures]);
}

/** Shows a cache that looks after itself, and clears it in every process when somebody asks. @returns the figures that it keeps */
export function watchCache(signals: Pick<Signals, 'on'>, name: string, kept: KeptCache): CacheFigures {
  const figures: CacheFigures = { name, hits: 0, misses: 0, held: false, kept };
  registerCache(signals, figures);
  signals.on('cache', (subject) => {
    if (subject === name) kept.clear(null);
    else if (subject.startsWith(`${name}:`)) kept.clear(subject.slice(name.length + 1));
  });
  return figures;
}

/** The first keys of a map, for `KeptCache`. */
export const firstKeys = (map: ReadonlyMap<string, unknown>, limit: number): string[] => map.keys().take(limit).toArray();

/** A map from which clearing takes entries; nothing else is made of them. */
export const keyedCache = (map: Map<string, unknown>): KeptCache => ({
  strategy: 'keyed',
  keys: (limit) => firstKeys(map, limit),
  clear: (key) => (key === null ? map.clear() : void map.delete(key)),
});

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
