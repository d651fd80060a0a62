import fc from 'fast-check';
import { createCalendar } from '#src/scheduling/calendar.ts';
import { CELL, type Claim, cellsOf, createOccupancy } from '#src/scheduling/cells.ts';
import { type Booked, displacementOf, type MoveOptions, planMoves, searchRange } from '#src/scheduling/displacement.ts';
import type { RuleSet } from '#src/scheduling/rules.ts';
import { ANY_TIME, anyDate, closed, everyDay, extra, later, ruleSet, rulesAround, weekly } from '#tests/support/schedules.ts';

const MONDAY = '2026-06-01';
const TUESDAY = '2026-06-02';
const at = (time: string, date = MONDAY) => Date.parse(`${date}T${time}:00+08:00`);
const booked = (start: number, fields: Partial<Booked> = {}): Booked => ({
  ...{ id: 'x', patientId: 'p', start, end: start + 1_800_000, serviceType: null, group: false },
  ...fields,
});

describe('displacementOf()', () => {
  const base = { weekly: everyDay({ id: 'day' }) };
  const of = (rules: Partial<RuleSet>, appointment: Booked) =>
    displacementOf(createCalendar(ruleSet({ ...base, ...rules }), 'Asia/Shanghai'), appointment);
  const holiday = { id: 'h', name: '', from: MONDAY, until: MONDAY };

  test('leaves an appointment in open hours where it is, on the pattern or not', () => {
    expect(of({}, booked(at('09:00')))).toBeNull();
    expect(of({}, booked(at('09:10')))).toBeNull();
  });

  test.each<[string, Partial<RuleSet>, object]>([
    ['leave', { leaves: [{ id: 'l', from: at('09:29'), until: at('18:00') }] }, { code: 'leave', ruleId: 'l' }],
    ['closed hours', { adjustments: [closed({ start: '08:00', end: '09:05' })] }, { code: 'closed_day', ruleId: 'closed' }],
    ['a holiday', { holidays: [holiday] }, { code: 'holiday', ruleId: 'h' }],
    [
      'other hours that day',
      { adjustments: [extra({ id: 'r', kind: 'replaced', start: '14:00', end: '15:00' })] },
      { code: 'outside_hours', ruleId: 'r' },
    ],
    [
      'leave rather than a holiday',
      { holidays: [holiday], leaves: [{ id: 'l', from: at('00:00'), until: at('18:00') }] },
      { code: 'leave', ruleId: 'l' },
    ],
  ])('names %s that displaces it', (_name, rules, expected) => {
    expect(of(rules, booked(at('09:00')))).toEqual(expected);
  });

  test.each<[string, Partial<RuleSet>]>([
    ['leave that ends when it begins', { leaves: [{ id: 'l', from: at('08:00'), until: at('09:00') }] }],
    ['a holiday on another date', { holidays: [{ ...holiday, from: TUESDAY, until: TUESDAY }] }],
    ['a holiday, in hours that are open despite it', { holidays: [holiday], adjustments: [extra({ end: '10:00', despiteHoliday: true })] }],
    ['replaced hours that contain it', { adjustments: [extra({ kind: 'replaced', start: '08:00', end: '10:00' })] }],
    ['a weekly pattern that went', { weekly: [] }],
  ])('is not moved by %s', (_name, rules) => {
    expect(of(rules, booked(at('09:00')))).toBeNull();
  });

  test('moves what lies outside of all hours when the whole clinic closes', () => {
    expect(of({ weekly: [], holidays: [holiday] }, booked(at('20:00')))).toEqual({ code: 'holiday', ruleId: 'h' });
  });

  test('moves the end of a night whose hours were replaced', () => {
    const night = { weekly: [weekly({ start: '23:00', end: '01:00' })] };
    const replaced = extra({ id: 'r', kind: 'replaced', start: '14:00', end: '15:00' });
    expect(of(night, booked(at('00:30', TUESDAY)))).toBeNull();
    expect(of({ ...night, adjustments: [replaced] }, booked(at('00:30', TUESDAY)))).toEqual({ code: 'outside_hours', ruleId: 'r' });
  });
});

describe('planMoves()', () => {
  const rules = ruleSet({ weekly: everyDay({ end: '10:00' }), holidays: [{ id: 'h', name: '', from: MONDAY, until: MONDAY }] });
  function plan(of: RuleSet, appointments: Booked[], options: Partial<MoveOptions> = {}, claims: Claim[] = []) {
    const calendar = createCalendar(of, 'Asia/Shanghai');
    const base = { ...ANY_TIME, withinDays: 7, busy: new Map(), ...options };
    const occupancy = createOccupancy(searchRange(appointments, base), claims);
    const moves = planMoves(calendar, appointments, { ...base, occupancy });
    return moves.map(({ id, to }) => [id, to && `${to.slot.date} ${to.slot.time} ${to.seat}`]);
  }
  const now = at('00:00', '2026-05-31');

  test('gives the next free slots in the order of the old times, one each', () => {
    const appointments = [booked(at('09:30'), { id: 'b', patientId: 'q' }), booked(at('09:00'), { id: 'a' })];
    const taken = { from: at('09:00', TUESDAY) / CELL, until: at('09:30', TUESDAY) / CELL, seat: 0, heldUntil: null };
    expect(plan(rules, appointments, { now }, [taken])).toEqual([
      ['a', '2026-06-02 09:30 0'],
      ['b', '2026-06-03 09:00 0'],
    ]);
  });

  test('never moves forward in time, nor into what is too soon', () => {
    expect(plan({ ...rules, holidays: [] }, [booked(at('09:20'))], { now })).toEqual([['x', '2026-06-01 09:30 0']]);
    const limits = { leadMinutes: 60, horizonDays: 30 };
    expect(plan(rules, [booked(at('09:00'))], { now: at('08:31', TUESDAY), limits })).toEqual([['x', '2026-06-03 09:00 0']]);
  });

  test('avoids the other appointments of the patient, those it has just moved too', () => {
    const busy = new Map([['p', [{ start: at('09:10', TUESDAY), end: at('09:20', TUESDAY) }]]]);
    const two = ruleSet({ weekly: everyDay({ end: '10:00', capacity: 2 }), holidays: rules.holidays });
    const appointments = [booked(at('09:00'), { id: 'a', group: true }), booked(at('09:30'), { id: 'b', group: true })];
    expect(plan(two, appointments, { now, busy })).toEqual([
      ['a', '2026-06-02 09:30 0'],
      ['b', '2026-06-03 09:00 0'],
    ]);
  });

  test('keeps service, length and kind', () => {
    const mixed = ruleSet({
      weekly: [
        weekly({ id: 'text', weekday: 2, serviceType: 'text' }),
        weekly({ id: 'group', weekday: 3, serviceType: 'video', capacity: 8 }),
        weekly({ id: 'video', weekday: 4, serviceType: 'video', end: '09:40', slotMinutes: 20 }),
      ],
    });
    expect(plan(mixed, [booked(at('09:00'), { serviceType: 'video' })], { now })).toEqual([['x', '2026-06-04 09:00 0']]);
    expect(plan(mixed, [booked(at('09:00'), { serviceType: 'video', group: true })], { now })).toEqual([['x', '2026-06-03 09:00 0']]);
    expect(plan(mixed, [booked(at('09:00'), { serviceType: 'video', end: at('09:45') })], { now })).toEqual([['x', null]]);
  });

  test('says null when nothing is free near enough', () => {
    const leave = { ...rules, leaves: [{ id: 'l', from: at('00:00'), until: at('00:00', later(MONDAY, 30)) }] };
    expect(plan(leave, [booked(at('09:00'))], { now })).toEqual([['x', null]]);
    expect(plan({ ...rules, enabled: false }, [booked(at('09:00'))], { now })).toEqual([['x', null]]);
  });

  test('for any rules claims no cell and seat twice', () => {
    const cases = anyDate.chain((date) =>
      fc.tuple(fc.constant(date), rulesAround(date), fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 12 })),
    );
    let moved = 0;
    fc.assert(
      fc.property(cases, ([date, of, offsets]) => {
        const calendar = createCalendar(of, 'Asia/Shanghai');
        const appointments = offsets.map((cells, index) =>
          booked(Date.parse(date) + cells * CELL, { id: `${index}`, patientId: `${index % 3}` }),
        );
        const options = { ...ANY_TIME, withinDays: 5, busy: new Map() };
        const occupancy = createOccupancy(searchRange(appointments, { now: Date.parse(date), withinDays: 5 }), []);
        const rows = new Set<string>();
        for (const { id, to } of planMoves(calendar, appointments, { ...options, now: Date.parse(date), occupancy })) {
          if (!to) continue;
          moved++;
          expect(to.slot.start).toBeGreaterThanOrEqual(appointments[Number(id)]!.start);
          for (const cell of cellsOf(to.slot.start, to.slot.cells.until * CELL)) {
            expect(rows.has(`${cell} ${to.seat}`)).toBe(false);
            rows.add(`${cell} ${to.seat}`);
          }
        }
      }),
      { numRuns: 60 },
    );
    expect(moved).toBeGreaterThan(0);
  });
});
