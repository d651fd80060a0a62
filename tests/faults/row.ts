/** One line of the plan: what is played, by how many, and what must come of it. */
import type { DroppedIndex, SourceBugName } from './bugs.ts';
import type { Rig, RigOptions } from './rig.ts';

export interface Size {
  rounds: number;
  /** At once. */
  clients: number;
  /** How long what breaks stays broken, in ms, where the row says so. */
  ms?: number;
  /** So many of the steps of a round; all when absent. */
  steps?: number;
  /** Of what is left to chance; 1 when absent. */
  seed?: number;
}

export interface Row {
  /** Number in the plan, and what of it. */
  id: string;
  what: string;
  /** What must come of it, in words. */
  goal: string;
  /** In CI. Null: other tests do that there. */
  short: Size | null;
  /** By command. */
  full: Size;
  /** What the slowest of a hundred requests may take at full length, ms. */
  p99Ms?: number;
  /** What figures may be at full length, by name. */
  limits?: Readonly<Record<string, number>>;
  /** What its processes need that the others do not. */
  rig?: Pick<RigOptions, 'env' | 'gates' | 'clocks'>;
  /** What is taken away so that the checker has to find something. */
  twin: { sources?: readonly SourceBugName[]; indexes?: readonly DroppedIndex[]; size?: Size };
  /** Plays until the first fault. */
  play(rig: Rig, size: Size, found: Findings): Promise<void>;
}

/** What came of a play. */
export interface Findings {
  /** Notes something that must not be. */
  fault(text: string): void;
  /** Notes what must not be when two values differ. */
  expect(what: string, value: unknown, wanted: unknown): void;
  /** How long a request took, in ms. */
  took(ms: number): void;
  /** A figure for the report. */
  figure(name: string, value: number | string): void;
  readonly faults: readonly string[];
  readonly failed: boolean;
  /** Figures, with those of the durations. */
  figures(): Record<string, number | string>;
}

export function createFindings(): Findings {
  const faults: string[] = [];
  const durations: number[] = [];
  const figures: Record<string, number | string> = {};
  const quantile = (share: number): string => `${Math.round(durations[Math.ceil(durations.length * share) - 1] ?? 0)} ms`;
  const fault = (text: string): void => void (faults.length < 20 && faults.push(text));
  return {
    fault,
    expect(what, value, wanted) {
      const [is, should] = [JSON.stringify(value), JSON.stringify(wanted)];
      if (is !== should) fault(`${what}: ${is} instead of ${should}`);
    },
    took: (ms) => void durations.push(ms),
    figure: (name, value) => void (figures[name] = value),
    faults,
    get failed() {
      return faults.length > 0;
    },
    figures() {
      if (durations.length === 0) return figures;
      durations.sort((a, b) => a - b);
      return { requests: durations.length, ...figures, p50: quantile(0.5), p99: quantile(0.99), longest: quantile(1) };
    },
  };
}

/** Chance that a play takes, the same for the same seed. @returns numbers from 0 to below 1 (mulberry32) */
export function createChance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Runs `work` for each number below `times`, with at most so many at once. */
export async function inLanes(times: number, atOnce: number, work: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < times) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(times, atOnce) }, lane));
}
