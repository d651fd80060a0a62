import fc from 'fast-check';
import { DateTime } from 'luxon';
import { findConflicts } from '#src/scheduling/conflicts.ts';
import type { Adjustment, Hours, RuleSet } from '#src/scheduling/rules.ts';
import { instantsByLuxon } from '#tests/support/clock.ts';
import { anyDate, anyZone, later, rulesAround, slotsOf } from '#tests/support/schedules.ts';

describe('for any rules', () => {
  const cases = anyDate.chain((date) => fc.tuple(fc.constant(date), rulesAround(date), anyZone));
  const ofRule = (rules: RuleSet, id: string) =>
    [...rules.weekly, ...rules.adjustments].find((rule) => rule.id === id) as Hours & { date?: string; despiteHoliday?: boolean };

  /** No zone of the tests changes at midnight or noon on these dates, other than Cairo: its days begin when the clock says so. */
  const closedByLuxon = ({ date, zone, start, end }: Extract<Adjustment, { kind: 'closed' }>): [number, number] => {
    const edge = (time: string) =>
      DateTime.fromISO(date, { zone })
        .startOf('day')
        .set({ hour: Number(time.slice(0, 2)), minute: Number(time.slice(3)) });
    return [
      start === null ? DateTime.fromISO(date, { zone }).startOf('day').toMillis() : edge(start).toMillis(),
      edge(end ?? '24:00').toMillis(),
    ];
  };

  test('each slot lies in the hours of its rule and touches nothing that is closed', () => {
    fc.assert(
      fc.property(cases, ([date, rules, zone]) => {
        for (const { slot } of slotsOf(rules, date, later(date, 3), zone)) {
          const rule = ofRule(rules, slot.ruleId);
          const local = DateTime.fromMillis(slot.start, { zone: rule.zone });
          const wall = local.hour * 60 + local.minute;
          const [first, last] = [rule.start, rule.end].map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3)));
          const since = (wall - first! + 1440) % 1440;
          expect(since % (rule.slotMinutes + rule.gapMinutes)).toBe(0);
          expect(since + rule.slotMinutes).toBeLessThanOrEqual((last! - first! + 1440) % 1440 || 1440);
          // The first of two instants, and no clock that jumps ahead in between.
          const day = local.toISODate()!;
          expect(instantsByLuxon(rule.zone, day, wall)[0]).toBe(slot.start);
          expect(DateTime.fromMillis(slot.end - 1, { zone: rule.zone }).offset).toBeLessThanOrEqual(local.offset);
          expect(slot.end - slot.start).toBe(rule.slotMinutes * 60_000);
          const touches = (from: number, until: number) => slot.start < until && from < slot.end;
          for (const leave of rules.leaves) expect(touches(leave.from, leave.until)).toBe(false);
          for (const shut of rules.adjustments) if (shut.kind === 'closed') expect(touches(...closedByLuxon(shut))).toBe(false);
          const days = [slot.start, slot.end - 1].map((instant) => DateTime.fromMillis(instant, { zone: rule.zone }).toISODate()!);
          const holiday = rules.holidays.some(({ from, until }) => days.some((each) => from <= each && each <= until));
          expect(holiday && !rule.despiteHoliday).toBe(false);
          const begun = local
            .minus({ minutes: 0 })
            .startOf('day')
            .minus({ days: wall < first! ? 1 : 0 })
            .toISODate();
          if (rule.date !== undefined) expect(begun).toBe(rule.date);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('slots of rules without conflicts do not overlap', () => {
    let compared = 0;
    fc.assert(
      fc.property(cases, ([date, rules, zone]) => {
        if (findConflicts(rules, { from: later(date, -10) }).length > 0) return;
        const slots = slotsOf(rules, date, later(date, 10), zone).map(({ slot }) => slot);
        for (const [index, slot] of slots.slice(1).entries()) expect(slot.start).toBeGreaterThanOrEqual(slots[index]!.end);
        compared += slots.length;
      }),
      { numRuns: 500 },
    );
    expect(compared).toBeGreaterThan(1_000);
  });

  test('a range says what its days say one by one, in order', () => {
    fc.assert(
      fc.property(cases, ([date, rules, zone]) => {
        const days = [0, 1, 2, 3].flatMap((step) => slotsOf(rules, later(date, step), later(date, step), zone));
        const range = slotsOf(rules, date, later(date, 3), zone);
        expect(range).toEqual(days);
        expect(range.map(({ slot }) => slot.start)).toEqual(range.map(({ slot }) => slot.start).toSorted((a, b) => a - b));
      }),
      { numRuns: 200 },
    );
  });

  test('the zone of the question changes what is shown, not what is offered', () => {
    fc.assert(
      fc.property(cases, anyZone, ([date, rules, zone], other) => {
        const [from, until] = [Date.parse(date), Date.parse(later(date, 2))];
        const starts = (name: string) =>
          slotsOf(rules, later(date, -2), later(date, 4), name)
            .map(({ slot }) => slot.start)
            .filter((start) => start >= from && start < until);
        expect(starts(other)).toEqual(starts(zone));
      }),
      { numRuns: 200 },
    );
  });
});
