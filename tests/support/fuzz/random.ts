/** Chance that comes out the same for the same seed. */
export interface Random {
  /** 0 to below 1. */
  next(): number;
  /** 0 to below `n`. */
  below(n: number): number;
  of<T>(items: readonly T[]): T;
  /** True with this probability. */
  chance(probability: number): boolean;
}

/** mulberry32 */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }
  const below = (n: number): number => Math.floor(next() * n);
  return { next, below, of: (items) => items[below(items.length)]!, chance: (probability) => next() < probability };
}
