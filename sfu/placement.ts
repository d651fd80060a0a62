/** Which worker gets the next room. Pure; the pool feeds it with what it measured. */

/** A worker as placement sees it. */
export interface Candidate {
  /** Share of one core used over the last probe interval, 0 to 1. */
  measured: number;
  /** When the rooms placed here lately were placed; ms on the clock of `now`. */
  placedAt: readonly number[];
  rooms: number;
  /** What rooms that were here already have grown by lately, beyond their first people. */
  grown?: readonly Growth[];
}

/** Tracks that were added for people of a room. */
export interface Growth {
  /** ms on the clock of `now` */
  at: number;
  /** What they are expected to cost, in cores. */
  cores: number;
  /** Whom they are of or for. */
  who: string;
}

/**
 * What a room is expected to cost, in cores, until it shows up in the measurement: a two-way call with three people
 * and video costs 0.4 % to 2 % of a core (one-to-one SRTP: 18 CPU seconds per million packets).
 */
export const ROOM_COST = 0.02;

/** People whose tracks `ROOM_COST` stands for: they are let in whatever the load, because a placed visit must not miss its patient. */
export const ROOM_PEERS = 5;

/**
 * What one more track to one more person is expected to cost, in cores. Video as measured to a browser. Sound costs 0.0005 to 0.0009 while
 * somebody talks and next to nothing otherwise (DTX), and in a room large enough to be asked few talk at once.
 */
export const TRACK_COST = { video: 0.002, audio: 0.0002 } as const;

/** How long a track counts by its estimate, in ms: it flows within a moment, and the next measurement tells. */
export const GROWTH_MS = 3_000;

/** How long a room counts by its estimate: people need this long to come in and to send. */
export const SETTLE_MS = 10_000;

/** Loads this close are equal; then the worker with fewer rooms is taken, whose rooms may all still be waiting for people. */
const SAME = 0.02;

/** Load with what was just added counted in; share of one core, can exceed 1. */
export function expectedLoad(candidate: Candidate, now: number): number {
  const fresh = candidate.placedAt.filter((at) => now - at < SETTLE_MS).length;
  const grown = (candidate.grown ?? []).filter(({ at }) => now - at < GROWTH_MS).reduce((sum, { cores }) => sum + cores, 0);
  return candidate.measured + fresh * ROOM_COST + grown;
}

/** Whether a room of a worker may grow by so much. @param limit share of a core, 0 to 1 */
export const mayGrow = (candidate: Candidate, cores: number, limit: number, now: number): boolean =>
  expectedLoad(candidate, now) + cores <= limit;

/**
 * Takes the least loaded worker that stays within the limit with one more room.
 * @param limit share of a core, 0 to 1
 * @returns undefined when none does
 */
export function place<C extends Candidate>(candidates: readonly C[], limit: number, now: number): C | undefined {
  const open = candidates
    .map((candidate) => ({ candidate, load: expectedLoad(candidate, now) }))
    .filter(({ load }) => load + ROOM_COST <= limit);
  const least = Math.min(...open.map(({ load }) => load));
  return open.filter(({ load }) => load - least < SAME).sort((a, b) => a.candidate.rooms - b.candidate.rooms || a.load - b.load)[0]
    ?.candidate;
}
