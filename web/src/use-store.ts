import { useSyncExternalStore } from 'react';
import type { Store } from './store.ts';

/** The current value of a store, or the part that `select` picks; `select` must return stable references. */
export function useStore<T>(store: Store<T>): T;
export function useStore<T, S>(store: Store<T>, select: (value: T) => S): S;
export function useStore<T, S>(store: Store<T>, select?: (value: T) => S): T | S {
  return useSyncExternalStore(store.subscribe, () => (select ? select(store.get()) : store.get()));
}
