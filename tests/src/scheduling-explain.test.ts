import fc from 'fast-check';
import { createCalendar } from '#src/scheduling/calendar.ts';
import { CELL, type Claim, createOccupancy } from '#src/scheduling/cells.ts';
import { explain, type Question } from '#src/scheduling/explain.ts';
import type { RuleSet } from '#src/scheduling/rules.ts';
import {
  ANY_TIME,
  anyDate,
  anyZone,
  closed,
  everyDay,
  extra,
  later,
  ruleSet,
  rulesAround,
  situation,
  weekly,
} from '#tests/support/schedules.ts';

const MONDAY = '2026-06-01';
const at = (time: string, date = MONDAY) => Date.parse(`${date}T${time}:00+08:00`);
const rules = ruleSet({ weekly: everyDay({ id: 'day', serviceType: 'video' }) });

function ask(of: RuleSet, question: Partial<Question> & Pick<Question, 'at'>, claims: Claim[] = [], zone = 'Asia/Shanghai') {
  const calendar = createCalendar(of, zone);
  const date = typeof question.at === 'number' ? new Date(question.at + 8 * 3_600_000).toISOString().slice(0, 10) : question.at.date;
  return explain(calendar, { ...situation(calendar, date, date, claims), ...question });
}
const codes = (...given: Parameters<typeof ask>) => ask(...given).reasons.map(({ code }) => code);
const cells = (from: string, until: string) => ({ from: at(from) / CELL, until: at(until) / CELL });

describe('explain()', () => {
  test('of a free slot has nothing to say', () => {
    expect(ask(rules, { at: at('09:30') })).toEqual({ free: true, places: 1, start: at('09:30'), reasons: [] });
    expect(ask(rules, { at: { date: MONDAY, time: '09:30' }, minutes: 60, serviceType: 'video' })).toMatchObject({ free: true });
  });

  test.each<[string, Partial<RuleSet>, Partial<Question>, string[]]>([
    ['before the hours', {}, { at: at('08:30') }, ['outside_hours']],
    ['at their end', {}, { at: at('12:00') }, ['outside_hours']],
    ['in hours of another service', {}, { at: at('09:00'), serviceType: 'text' }, ['outside_hours']],
    ['between two starts', {}, { at: at('09:10') }, ['misaligned']],
    ['between two minutes', {}, { at: at('09:00') + 1 }, ['misaligned']],
    ['too long for the rest of the hours', {}, { at: at('11:30'), minutes: 45 }, ['misaligned']],
    ['of a disabled practitioner', { enabled: false }, { at: at('09:00') }, ['practitioner_disabled']],
    ['in the past', {}, { at: at('09:00'), now: at('09:01') }, ['in_past']],
    ['too soon', {}, { at: at('09:00'), now: at('08:31'), limits: { leadMinutes: 30, horizonDays: 9 } }, ['too_soon']],
    ['too far', {}, { at: at('09:00'), now: at('08:00', '2026-05-30'), limits: { leadMinutes: 0, horizonDays: 2 } }, ['too_far']],
    ['on leave', { leaves: [{ id: 'l', from: at('09:20'), until: at('10:00') }] }, { at: at('09:00') }, ['leave']],
    ['on a holiday', { holidays: [{ id: 'h', name: '端午节', from: MONDAY, until: MONDAY }] }, { at: at('09:00') }, ['holiday']],
    ['on a closed day', { adjustments: [closed()] }, { at: at('09:00') }, ['closed_day']],
    [
      'on a day with other hours',
      { adjustments: [extra({ kind: 'replaced', start: '14:00', end: '15:00' })] },
      { at: at('09:00') },
      ['outside_hours'],
    ],
    [
      'with several reasons',
      {
        enabled: false,
        holidays: [{ id: 'h', name: '', from: MONDAY, until: MONDAY }],
        leaves: [{ id: 'l', from: 0, until: at('23:59') }],
      },
      { at: at('09:10') },
      ['practitioner_disabled', 'misaligned', 'leave', 'holiday'],
    ],
  ])('of a time %s', (_name, changes, question, expected) => {
    expect(codes({ ...rules, ...changes }, { at: 0, ...question })).toEqual(expected);
  });

  test('names the rule and the end of what is in the way', () => {
    const leave = { id: 'l', from: at('09:00'), until: at('11:00') };
    expect(ask({ ...rules, leaves: [leave] }, { at: at('09:30') }).reasons).toEqual([{ code: 'leave', ruleId: 'l', until: at('11:00') }]);
    const { reasons } = ask(rules, { at: at('09:00'), now: at('09:00', '2026-05-22'), limits: { leadMinutes: 0, horizonDays: 7 } });
    expect(reasons).toEqual([{ code: 'too_far', until: at('09:00', '2026-05-25') }]);
  });

  test('tells a booked time from one that is held, and until when', () => {
    const booked = { ...cells('09:00', '09:30'), seat: 0, heldUntil: null };
    const held = { ...cells('09:30', '10:00'), seat: 0, heldUntil: at('08:42') };
    expect(ask(rules, { at: at('09:00') }, [booked, held]).reasons).toEqual([{ code: 'fully_booked' }]);
    expect(ask(rules, { at: at('09:30') }, [booked, held]).reasons).toEqual([{ code: 'held', until: at('08:42') }]);
    expect(ask(rules, { at: at('09:00'), minutes: 60 }, [booked, held]).reasons).toEqual([{ code: 'fully_booked' }]);
    expect(ask(rules, { at: at('10:00') }, [booked, held]).free).toBe(true);
  });

  test('of the pause after an appointment says that it is booked', () => {
    const paused = ruleSet({ weekly: [weekly({ gapMinutes: 30 }), weekly({ id: 'late', start: '12:00', end: '13:00' })] });
    const booked = { ...cells('09:00', '10:00'), seat: 0, heldUntil: null };
    expect(codes(paused, { at: at('09:30') }, [booked])).toEqual(['misaligned']);
    expect(ask(paused, { at: at('10:00') }, [booked]).free).toBe(true);
  });

  test.each([
    ['a date that is none', { at: { date: '2026-02-30', time: '09:00' } }],
    ['a time that is none', { at: { date: MONDAY, time: '9 Uhr' } }],
    ['a length off the grid', { at: at('09:00'), minutes: 31 }],
  ])('refuses %s', (_name, question) => {
    const calendar = createCalendar(rules, 'Asia/Shanghai');
    expect(() => explain(calendar, { ...situation(calendar, MONDAY, MONDAY), ...question })).toThrow(RangeError);
  });
});

describe('explain() when the clocks change', () => {
  const zone = 'Europe/Berlin';
  const night = ruleSet({ weekly: everyDay({ zone, start: '00:00', end: '06:00', slotMinutes: 45 }) });

  test('says that a wall time does not exist', () => {
    expect(ask(night, { at: { date: '2026-03-29', time: '02:15' } }, [], zone)).toEqual({
      free: false,
      places: 0,
      start: null,
      reasons: [{ code: 'dst_gap' }],
    });
  });

  test('says that the clock skips a part of the slot', () => {
    const answer = ask(night, { at: { date: '2026-03-29', time: '01:30' } }, [], zone);
    expect(answer.reasons).toEqual([{ code: 'dst_gap', ruleId: 'day-7' }]);
  });

  test('takes the first of two times, and says why the second is not offered', () => {
    const first = ask(night, { at: { date: '2026-10-25', time: '02:15' } }, [], zone);
    expect([first.free, first.start]).toEqual([true, Date.parse('2026-10-25T00:15:00Z')]);
    expect(codes(night, { at: Date.parse('2026-10-25T01:15:00Z') }, [], zone)).toEqual(['dst_repeat']);
  });
});

test('explain() and slots() agree on every five minutes of any day', () => {
  const claims = fc.array(
    fc
      .record({
        first: fc.integer({ min: 0, max: 288 }),
        cells: fc.integer({ min: 1, max: 20 }),
        seat: fc.integer({ min: 0, max: 2 }),
        held: fc.boolean(),
      })
      .map(({ first, cells: long, seat, held }) => ({ from: first, until: first + long, seat, heldUntil: held ? 1 : null })),
    { maxLength: 10 },
  );
  const cases = anyDate.chain((date) => fc.tuple(fc.constant(date), rulesAround(date), anyZone, claims));
  let free = 0;
  fc.assert(
    fc.property(cases, fc.option(fc.integer({ min: 1, max: 12 })), ([date, of, zone, relative], length) => {
      const calendar = createCalendar(of, zone);
      const range = calendar.claimRange(date, date);
      const wide = { from: range.from - 600, until: range.until + 600 };
      const taken = relative.map((each): Claim => ({ ...each, from: each.from + range.from, until: each.until + range.from }));
      const now = range.from * CELL + 3_600_000;
      const limits = { leadMinutes: 60, horizonDays: 0.75 };
      const minutes = length === null ? undefined : length * 5;
      const sight = { ...ANY_TIME, now, limits, occupancy: createOccupancy(wide, taken) };
      const states = calendar.slots({ from: date, until: date, minutes, ...sight });
      for (let start = range.from * CELL; start < range.from * CELL + 86_400_000; start += CELL) {
        const listed = states.filter(({ slot }) => slot.start === start);
        const answer = explain(calendar, { at: start, minutes, ...sight });
        const places = listed.find((state) => state.places > 0)?.places ?? 0;
        // The day of the list may be an hour shorter than 24.
        if (listed.length === 0 && start >= Date.parse(later(date, 1)) - 15 * 3_600_000) continue;
        if (answer.places !== places || answer.free !== places > 0 || (answer.reasons.length === 0) !== answer.free) {
          throw new Error(`${new Date(start).toISOString()}: listed ${JSON.stringify(listed)}, explained ${JSON.stringify(answer)}`);
        }
        const reason = listed[0]?.reason;
        if (places === 0 && reason) expect(answer.reasons.map(({ code }) => code)).toContain(reason);
        if (answer.free) free++;
      }
    }),
    { numRuns: 60 },
  );
  expect(free).toBeGreaterThan(0);
});
