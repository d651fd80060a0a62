/** Which worker gets the next room. Pure; the pool feeds it with what it measured. */

/** A worker as placement sees it. */
export interface Candidate {
  /** Share of one core used over the last probe interval, 0 to 1. */
  measured: number;
  /** When the rooms placed here lately were placed; ms on the clock of `now`. */
  placedAt: readonly number[];
  rooms: number;
}

/**
 * What a room is expected to cost, in cores, until it shows up in the measurement: a two-way call with three people
 * and video costs 0.4 % to 2 % of a core (one-to-one SRTP: 18 CPU seconds per million packets).
 */
export const ROOM_COST = 0.02;

/** How long a room counts by its estimate: people need this long to come in and to send. */
export const SETTLE_MS = 10_000;

/** Loads this close are equal; then the worker with fewer rooms is taken, whose rooms may all still be waiting for people. */
const SAME = 0.02;

/** Load with just-placed rooms counted in; share of one core, can exceed 1. */
export function expectedLoad(candidate: Candidate, now: number): number {
  const fresh = candidate.placedAt.filter((at) => now - at < SETTLE_MS).length;
  return candidate.measured + fresh * ROOM_COST;
}

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
