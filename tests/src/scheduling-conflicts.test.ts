import fc from 'fast-check';
import { findConflicts } from '#src/scheduling/conflicts.ts';
import type { RuleSet } from '#src/scheduling/rules.ts';
import { anyDate, anyZone, closed, extra, later, ruleSet, rulesAround, slotsOf, weekly } from '#tests/support/schedules.ts';

const MONDAY = '2026-06-01';
const at = (time: string, date = MONDAY) => Date.parse(`${date}T${time}:00+08:00`);
const find = (rules: Partial<RuleSet>, from = MONDAY, involving?: ReadonlySet<string>) =>
  findConflicts(ruleSet(rules), { from, involving });
const ids = (...given: Parameters<typeof find>) => find(...given).map(({ ruleIds }) => ruleIds);

describe('findConflicts() among weekly rules', () => {
  test('reports both sides and the first overlap', () => {
    expect(find({ weekly: [weekly({ id: 'a' }), weekly({ id: 'b', start: '11:00', end: '13:00' })] })).toEqual([
      { ruleIds: ['a', 'b'], dates: [MONDAY, MONDAY], from: at('11:00'), until: at('12:00') },
    ]);
  });

  test.each<[string, Parameters<typeof weekly>[0]]>([
    ['that meet', { start: '12:00', end: '13:00' }],
    ['of other days', { weekday: 2 }],
    ['of other dates', { validFrom: '2026-07-01' }],
  ])('has nothing against rules %s', (_name, fields) => {
    expect(ids({ weekly: [weekly({ id: 'a', validUntil: '2026-06-30' }), weekly({ id: 'b', ...fields })] })).toEqual([]);
  });

  test('sees hours that reach into the next day, over the end of the week too', () => {
    const night = weekly({ id: 'night', weekday: 7, start: '22:00', end: '02:00' });
    const [conflict] = find({ weekly: [weekly({ id: 'early', start: '01:00', end: '03:00' }), night] });
    expect(conflict).toMatchObject({ ruleIds: ['early', 'night'], dates: [MONDAY, '2026-05-31'], from: at('01:00'), until: at('02:00') });
  });

  test('finds rules of two zones that overlap in some weeks only', () => {
    // Berlin's 15:00 is 21:00 in Shanghai in summer, 22:00 in winter.
    const rules = {
      weekly: [
        weekly({ id: 'sh', start: '22:00', end: '23:00' }),
        weekly({ id: 'be', start: '14:00', end: '16:00', zone: 'Europe/Berlin' }),
      ],
    };
    expect(find(rules)).toMatchObject([{ ruleIds: ['sh', 'be'], dates: ['2026-10-26', '2026-10-26'] }]);
    const summer = { weekly: [{ ...rules.weekly[0]!, validUntil: '2026-10-24' }, rules.weekly[1]!] };
    expect(ids(summer)).toEqual([]);
  });

  test('does not look at what is over', () => {
    const rules = { weekly: [weekly({ id: 'a', validUntil: '2026-05-31' }), weekly({ id: 'b' })] };
    expect([ids(rules), ids(rules, '2026-05-01')]).toEqual([[], [['a', 'b']]]);
  });

  test('reports only what the asked rules take part in', () => {
    const rules = { weekly: [weekly({ id: 'a' }), weekly({ id: 'b' }), weekly({ id: 'c' })] };
    expect(ids(rules)).toHaveLength(3);
    expect(ids(rules, MONDAY, new Set(['c']))).toEqual([
      ['a', 'c'],
      ['b', 'c'],
    ]);
  });
});

describe('findConflicts() of single dates', () => {
  test('finds extra hours over weekly ones and over each other', () => {
    const adjustments = [extra({ id: 'x', start: '11:30', end: '14:00' }), extra({ id: 'y', start: '13:00', end: '15:00' })];
    expect(ids({ weekly: [weekly()], adjustments })).toEqual([
      ['x', 'weekly'],
      ['x', 'y'],
    ]);
  });

  test('lets replaced hours stand where the weekly ones were', () => {
    expect(ids({ weekly: [weekly()], adjustments: [extra({ kind: 'replaced' })] })).toEqual([]);
  });

  test('lets hours that are open on a holiday stand where the others are closed', () => {
    const holidays = [{ id: 'h', name: '', from: MONDAY, until: MONDAY }];
    expect(ids({ weekly: [weekly()], holidays, adjustments: [extra({ despiteHoliday: true })] })).toEqual([]);
    expect(ids({ weekly: [weekly()], holidays, adjustments: [extra()] })).toHaveLength(1);
  });

  test('takes closed hours for no conflict', () => {
    expect(ids({ weekly: [weekly()], adjustments: [closed()] })).toEqual([]);
  });

  test('answers for a thousand single slots', () => {
    const clock = (minutes: number) => `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
    const many = Array.from({ length: 1_000 }, (_, index) => {
      const minutes = (index % 20) * 30;
      return extra({ id: `${index}`, date: later(MONDAY, Math.floor(index / 20)), start: clock(minutes), end: clock(minutes + 30) });
    });
    expect(ids({ adjustments: many })).toEqual([]);
    expect(ids({ adjustments: [...many, extra({ id: 'more', date: later(MONDAY, 49), start: '09:15', end: '09:45' })] })).toEqual([
      ['998', 'more'],
      ['more', '999'],
    ]);
  });
});

test('findConflicts() names the rules of any two slots that overlap', () => {
  const cases = anyDate.chain((date) => fc.tuple(fc.constant(date), rulesAround(date), anyZone));
  let seen = 0;
  fc.assert(
    fc.property(cases, ([date, rules, zone]) => {
      const found = new Set(findConflicts(rules, { from: later(date, -10) }).map(({ ruleIds }) => ruleIds.toSorted().join(' ')));
      const slots = slotsOf(rules, date, later(date, 6), zone).map(({ slot }) => slot);
      for (const [index, one] of slots.entries()) {
        for (const two of slots.slice(index + 1)) {
          if (two.start >= one.end) continue;
          seen++;
          if (!found.has([one.ruleId, two.ruleId].toSorted().join(' '))) throw new Error(`Not found: ${one.ruleId} and ${two.ruleId}`);
        }
      }
    }),
    { numRuns: 200 },
  );
  expect(seen).toBeGreaterThan(0);
});
