/** Chance that comes out the same for the same seed. */
import { v7 } from 'uuid';

export interface Chance {
  /** From 0 to below 1. */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  between(min: number, max: number): number;
  pick<T>(list: readonly T[]): T;
  /** One of the entries, each as often as its weight says. */
  weighted<const T>(entries: readonly (readonly [T, number])[]): T;
  /** True so often: 0 to 1. */
  one(share: number): boolean;
  shuffled<T>(list: readonly T[]): T[];
  /** A UUID of version 7 that says this time. */
  id(at: number): string;
  bytes(count: number): Uint8Array;
}

/** xoshiro128** by Blackman and Vigna, filled by splitmix32. */
export function createChance(seed: number): Chance {
  let mixer = seed >>> 0;
  const mixed = (): number => {
    mixer = (mixer + 0x9e37_79b9) >>> 0;
    let word = Math.imul(mixer ^ (mixer >>> 16), 0x21f0_aaad);
    word = Math.imul(word ^ (word >>> 15), 0x735a_2d97);
    return (word ^ (word >>> 15)) >>> 0;
  };
  let [a, b, c, d] = [mixed(), mixed(), mixed(), mixed()];
  const rotated = (word: number, by: number): number => (word << by) | (word >>> (32 - by));

  function word(): number {
    const result = Math.imul(rotated(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotated(d, 11);
    return result;
  }
  const next = (): number => word() / 2 ** 32;
  const between = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  const bytes = (count: number): Uint8Array => Uint8Array.from({ length: count }, () => word() & 0xff);

  return {
    next,
    between,
    bytes,
    pick: (list) => list[between(0, list.length - 1)] as (typeof list)[number],
    weighted(entries) {
      let left = next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
      return (entries.find(([, weight]) => (left -= weight) < 0) ?? (entries.at(-1) as (typeof entries)[number]))[0];
    },
    one: (share) => next() < share,
    shuffled(list) {
      const result = [...list];
      for (let i = result.length - 1; i > 0; i--) {
        const j = between(0, i);
        [result[i], result[j]] = [result[j] as (typeof list)[number], result[i] as (typeof list)[number]];
      }
      return result;
    },
    id: (at) => v7({ msecs: at, seq: word(), random: bytes(16) }),
  };
}
