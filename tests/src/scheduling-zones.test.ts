import fc from 'fast-check';
import { DateTime } from 'luxon';
import { instantsOf, edgeOf, isZone, offsetAt, transitionsBetween } from '#src/scheduling/zones.ts';
import { DAY, dateOf, dayOf, minutesOf, timeOf, weekdayOf } from '#src/scheduling/wall-time.ts';
import { instantsByLuxon, transitionsByLuxon } from '#tests/support/clock.ts';
import { anyZone, everyDay, ruleSet, slotsOf } from '#tests/support/schedules.ts';

const FIRST = 2020;
const LAST = 2035;
const changes = {
  'America/New_York': transitionsByLuxon('America/New_York', FIRST, LAST),
  'Europe/Berlin': transitionsByLuxon('Europe/Berlin', FIRST, LAST),
  'Asia/Shanghai': transitionsByLuxon('Asia/Shanghai', FIRST, LAST),
};
const years = LAST - FIRST + 1;

describe('transitionsBetween()', () => {
  test.each([
    ['America/New_York', 2 * years],
    ['Europe/Berlin', 2 * years],
    ['Asia/Shanghai', 0],
  ] as const)('in %s gives the %d of 2020 to 2035', (zone, count) => {
    const found = transitionsBetween(zone, Date.UTC(FIRST), Date.UTC(LAST + 1));
    expect(found).toHaveLength(count);
    expect(found.map(({ at, before, after }) => ({ at, jump: (after - before) / 60_000 }))).toEqual(changes[zone]);
  });
});

describe('wall times', () => {
  test('instantsOf() and offsetAt() agree with luxon at any time in many zones', () => {
    fc.assert(
      fc.property(
        anyZone,
        fc.integer({ min: dayOf('2019-12-20'), max: dayOf('2030-12-31') }),
        fc.integer({ min: 0, max: 1439 }),
        (zone, day, minutes) => {
          const instant = day * DAY + minutes * 60_000;
          expect(offsetAt(zone, instant)).toBe(DateTime.fromMillis(instant, { zone }).offset * 60_000);
          expect(instantsOf(zone, instant)).toEqual(instantsByLuxon(zone, dateOf(day), minutes));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  test('edgeOf() of a skipped time is the transition, of a repeated one the side that is asked for', () => {
    const skip = Date.parse('2026-03-29T01:00:00Z');
    expect(edgeOf('Europe/Berlin', Date.parse('2026-03-29T02:30:00Z'), 'first')).toBe(skip);
    expect(edgeOf('Europe/Berlin', Date.parse('2026-03-29T02:30:00Z'), 'last')).toBe(skip);
    const repeated = Date.parse('2026-10-25T02:30:00Z');
    expect(edgeOf('Europe/Berlin', repeated, 'first')).toBe(Date.parse('2026-10-25T00:30:00Z'));
    expect(edgeOf('Europe/Berlin', repeated, 'last')).toBe(Date.parse('2026-10-25T01:30:00Z'));
  });

  test('a whole day that a zone skipped has no instants', () => {
    expect(instantsOf('Pacific/Apia', Date.parse('2011-12-30T12:00:00Z'))).toEqual([]);
    expect(edgeOf('Pacific/Apia', Date.parse('2011-12-30T12:00:00Z'), 'first')).toBe(Date.parse('2011-12-30T10:00:00Z'));
  });

  test.each(['2026-02-29', '2026-13-01', '2026-1-1', '', '2026-01-01T00:00'])('dayOf() refuses %j', (date) => {
    expect(() => dayOf(date)).toThrow(RangeError);
  });

  test.each(['24:01', '9:00', '09:60', '25:00', '', '09:00:00', '-1:00'])('minutesOf() refuses %j', (time) => {
    expect(() => minutesOf(time)).toThrow(RangeError);
  });

  test('dates and times go there and back', () => {
    expect([dateOf(dayOf('2024-02-29')), minutesOf('24:00'), timeOf(dayOf('1969-12-31') * DAY + 61 * 60_000)]).toEqual([
      '2024-02-29',
      1440,
      '01:01',
    ]);
    expect(['2026-06-01', '2026-06-07', '1969-12-28'].map((date) => weekdayOf(dayOf(date)))).toEqual([1, 7, 7]);
  });

  test.each([
    ['Europe/Berlin', true],
    ['UTC', true],
    ['Asia/Kolkata', true],
    ['America/Port-au-Prince', true],
    ['America/Argentina/Buenos_Aires', true],
    ['europe/berlin', false],
    ['EUROPE/Berlin', false],
    ['Mars/Base', false],
    ['+08:00', false],
    ['', false],
  ])('isZone(%j) is %j', (name, expected) => {
    expect(isZone(name)).toBe(expected);
  });

  test('offsetAt() refuses years without sound zone data', () => {
    expect(() => offsetAt('Europe/Berlin', Date.UTC(1900))).toThrow(RangeError);
    expect(() => offsetAt('Europe/Berlin', Date.UTC(9999))).toThrow(RangeError);
    expect(() => offsetAt('Nowhere', 0)).toThrow(RangeError);
  });
});

const known = new Map<string, number[]>();
function instants(zone: string, date: string, wall: number): number[] {
  const key = `${zone} ${date} ${wall}`;
  const found = known.get(key) ?? instantsByLuxon(zone, date, wall);
  known.set(key, found);
  return found;
}

/** Starts that the rules promise, from luxon alone: skipped times left out, of repeated ones the first. */
function expected(zone: string, date: string, minutes: number): number[] {
  const starts: number[] = [];
  for (let wall = 0; wall + minutes <= 1440; wall += minutes) {
    const [start] = instants(zone, date, wall);
    if (start === undefined) continue;
    const last = start + minutes * 60_000 - 1;
    const skips = DateTime.fromMillis(last, { zone }).offset > DateTime.fromMillis(start, { zone }).offset;
    if (!skips) starts.push(start);
  }
  return starts;
}

describe.each(['America/New_York', 'Europe/Berlin'] as const)('slots around every transition of %s', (zone) => {
  test.each([20, 30, 45, 60, 180])('of %d minutes: skipped ones are left out, repeated ones offered once', (minutes) => {
    const rules = ruleSet({ weekly: everyDay({ zone, start: '00:00', end: '24:00', slotMinutes: minutes }) });
    for (const { at } of changes[zone]) {
      const date = DateTime.fromMillis(at, { zone }).toISODate()!;
      const states = slotsOf(rules, dateOf(dayOf(date) - 1), dateOf(dayOf(date) + 1), zone);
      const onTheDay = states.filter(({ slot }) => slot.date === date);
      expect(onTheDay.map(({ slot }) => slot.start)).toEqual(expected(zone, date, minutes));
      expect(states).toHaveLength(onTheDay.length + 2 * Math.floor(1440 / minutes));
      const shown = onTheDay.map(({ slot }) => `${slot.date} ${slot.time} ${slot.offsetMinutes}`);
      const local = onTheDay.map(({ slot }) => DateTime.fromMillis(slot.start, { zone }));
      expect(shown).toEqual(local.map((time) => `${time.toFormat('yyyy-MM-dd HH:mm')} ${time.offset}`));
      expect(states.slice(1).every(({ slot }, index) => slot.start >= states[index]!.slot.end)).toBe(true);
    }
  });

  test('and the clock of the transition shows in what is offered', () => {
    const rules = ruleSet({ weekly: everyDay({ zone, start: '00:00', end: '05:00', slotMinutes: 60 }) });
    for (const { at, jump } of changes[zone]) {
      const date = DateTime.fromMillis(at, { zone }).toISODate()!;
      const hour = DateTime.fromMillis(at - 1, { zone }).hour + 1;
      const times = slotsOf(rules, date, date, zone).map(({ slot }) => Number(slot.time.slice(0, 2)));
      expect(times).toEqual(jump > 0 ? [0, 1, 2, 3, 4].filter((each) => each !== hour) : [0, 1, 2, 3, 4]);
    }
  });
});

test('slots in a zone without transitions are the same every day', () => {
  const rules = ruleSet({ weekly: everyDay({ zone: 'Asia/Shanghai', start: '00:00', end: '24:00', slotMinutes: 60 }) });
  for (let year = FIRST; year <= LAST; year++) {
    const states = slotsOf(rules, `${year}-03-01`, `${year}-04-30`);
    expect(states).toHaveLength(61 * 24);
    expect(states.every(({ slot }) => slot.offsetMinutes === 480)).toBe(true);
  }
});
