/**
 * Smart booking: ranks pairs of doctor and slot for the times that a patient would like. The rank is an order of plain
 * reasons, not a weighted sum, so that staff can say why one match is above another.
 */
import type { Slot, SlotState } from './slot-state.ts';
import { MINUTE } from './wall-time.ts';

/** A period in which the patient would like to come, as instants (ms); the first of a list is liked best. */
export interface Preference {
  from: number;
  until: number;
}

export interface Candidate {
  practitionerId: string;
  /** in order of time */
  slots: readonly SlotState[];
  /** appointments in the period, to share the work out fairly */
  booked: number;
}

export interface Match {
  practitionerId: string;
  slot: Slot;
  places: number;
  /** Index of the wish that the slot is nearest to; null when there are no wishes. */
  preference: number | null;
  /** minutes by which the slot misses that wish; 0 inside it */
  minutesOff: number;
}

export interface MatchOptions {
  preferences: readonly Preference[];
  /** length of the answer */
  limit: number;
  /** A doctor appears at most this often, so that the patient has a choice of people too. */
  perPractitioner: number;
}

/** Minutes between a slot and a wish; 0 when it lies inside. */
function minutesOff({ start, end }: Slot, { from, until }: Preference): number {
  return Math.max(0, from - start, end - until) / MINUTE;
}

/** The wish that a slot meets best; of two equally near ones the earlier in the list. */
function nearest(slot: Slot, preferences: readonly Preference[]): Pick<Match, 'preference' | 'minutesOff'> {
  let best: Pick<Match, 'preference' | 'minutesOff'> = { preference: null, minutesOff: 0 };
  preferences.forEach((wish, preference) => {
    const off = minutesOff(slot, wish);
    if (best.preference === null || off < best.minutesOff) best = { preference, minutesOff: off };
  });
  return best;
}

/**
 * Free slots, best first: nearest to a wish, then the earlier wish, then the earlier slot, then the doctor with fewer
 * appointments. Without wishes the earliest slot is the best.
 */
export function rankMatches(candidates: readonly Candidate[], { preferences, limit, perPractitioner }: MatchOptions): Match[] {
  const load = new Map(candidates.map(({ practitionerId, booked }) => [practitionerId, booked]));
  const compare = (a: Match, b: Match): number =>
    a.minutesOff - b.minutesOff ||
    (a.preference ?? 0) - (b.preference ?? 0) ||
    a.slot.start - b.slot.start ||
    (load.get(a.practitionerId) ?? 0) - (load.get(b.practitionerId) ?? 0) ||
    (a.practitionerId < b.practitionerId ? -1 : 1);

  const best = candidates.flatMap(({ practitionerId, slots }) =>
    slots
      .filter(({ places }) => places > 0)
      .map(({ slot, places }): Match => ({ practitionerId, slot, places, ...nearest(slot, preferences) }))
      .toSorted(compare)
      .slice(0, perPractitioner),
  );
  return best.toSorted(compare).slice(0, limit);
}
