/** A value that can be watched; the only state container of the client. */
export interface Store<T> {
  get(): T;
  /** Replaces the value; watchers run only when it is another object. */
  set(next: T): void;
  update(change: (current: T) => T): void;
  subscribe(watcher: () => void): () => void;
}

/** Makes a store. Watchers run synchronously, in the order they subscribed. */
export function createStore<T>(initial: T): Store<T> {
  let value = initial;
  const watchers = new Set<() => void>();
  const set = (next: T): void => {
    if (Object.is(next, value)) return;
    value = next;
    for (const watcher of watchers) watcher();
  };
  return {
    get: () => value,
    set,
    update: (change) => set(change(value)),
    subscribe(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
}
