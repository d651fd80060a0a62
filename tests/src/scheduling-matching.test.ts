import { type Candidate, rankMatches } from '#src/scheduling/matching.ts';
import { everyDay, ruleSet, slotsOf } from '#tests/support/schedules.ts';

const MONDAY = '2026-06-01';
const at = (time: string) => Date.parse(`${MONDAY}T${time}:00+08:00`);
const wish = (from: string, until: string) => ({ from: at(from), until: at(until) });
const doctor = (practitionerId: string, start: string, end: string, booked = 0): Candidate => ({
  practitionerId,
  booked,
  slots: slotsOf(ruleSet({ weekly: everyDay({ start, end }) }), MONDAY),
});
const rank = (candidates: Candidate[], options: Partial<Parameters<typeof rankMatches>[1]> = {}) =>
  rankMatches(candidates, { preferences: [], limit: 10, perPractitioner: 2, ...options });
const brief = (...given: Parameters<typeof rank>) => rank(...given).map(({ practitionerId, slot }) => `${practitionerId} ${slot.time}`);

describe('rankMatches()', () => {
  test('without wishes puts the earliest slots first, at most so many of a doctor', () => {
    expect(brief([doctor('b', '09:30', '12:00'), doctor('a', '09:00', '12:00')])).toEqual(['a 09:00', 'a 09:30', 'b 09:30', 'b 10:00']);
  });

  test('puts what lies in a wish before what is near it, and the earlier wish first', () => {
    const candidates = [doctor('a', '09:00', '10:00'), doctor('b', '14:00', '15:00'), doctor('c', '11:00', '12:00')];
    const preferences = [wish('14:00', '14:30'), wish('11:00', '12:00')];
    expect(rank(candidates, { preferences }).map(({ practitionerId, slot, ...rest }) => [practitionerId, slot.time, rest])).toEqual([
      ['b', '14:00', { places: 1, preference: 0, minutesOff: 0 }],
      ['c', '11:00', { places: 1, preference: 1, minutesOff: 0 }],
      ['c', '11:30', { places: 1, preference: 1, minutesOff: 0 }],
      ['b', '14:30', { places: 1, preference: 0, minutesOff: 30 }],
      ['a', '09:30', { places: 1, preference: 1, minutesOff: 90 }],
      ['a', '09:00', { places: 1, preference: 1, minutesOff: 120 }],
    ]);
  });

  test('between equals takes the doctor with fewer appointments, then always the same one', () => {
    const candidates = [doctor('a', '09:00', '09:30', 5), doctor('c', '09:00', '09:30', 1), doctor('b', '09:00', '09:30', 1)];
    expect(brief(candidates)).toEqual(['b 09:00', 'c 09:00', 'a 09:00']);
    expect(brief(candidates.toReversed())).toEqual(['b 09:00', 'c 09:00', 'a 09:00']);
  });

  test('leaves out what cannot be booked and stops at the limit', () => {
    const taken = doctor('a', '09:00', '12:00');
    const full = { ...taken, slots: taken.slots.map((state) => ({ ...state, places: 0, reason: 'fully_booked' as const })) };
    expect(brief([full, doctor('b', '10:00', '12:00')], { limit: 1 })).toEqual(['b 10:00']);
    expect(brief([])).toEqual([]);
  });
});
