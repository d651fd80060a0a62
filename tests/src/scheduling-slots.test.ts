import { createCalendar } from '#src/scheduling/calendar.ts';
import { CELL, createOccupancy } from '#src/scheduling/cells.ts';
import type { RuleSet } from '#src/scheduling/rules.ts';
import { ANY_TIME, closed, everyDay, extra, later, ruleSet, situation, slotsOf, timesOf, weekly } from '#tests/support/schedules.ts';

/** A Monday. */
const MONDAY = '2026-06-01';
const TUESDAY = '2026-06-02';
const at = (time: string, date = MONDAY) => Date.parse(`${date}T${time}:00+08:00`);

describe('slots()', () => {
  test('cuts the hours of a weekly rule and says instants, wall times and cells', () => {
    const states = slotsOf(ruleSet({ weekly: [weekly({ gapMinutes: 10, capacity: 3, serviceType: 'video' })] }), MONDAY, later(MONDAY, 6));
    expect(timesOf(states)).toEqual(['09:00', '09:40', '10:20', '11:00']);
    expect(states[0]).toEqual({
      slot: {
        ruleId: 'weekly',
        start: at('09:00'),
        end: at('09:30'),
        startsAt: '2026-06-01T01:00:00.000Z',
        endsAt: '2026-06-01T01:30:00.000Z',
        date: MONDAY,
        time: '09:00',
        offsetMinutes: 480,
        cells: { from: at('09:00') / CELL, until: at('09:40') / CELL },
        capacity: 3,
        serviceType: 'video',
      },
      places: 3,
      reason: null,
    });
  });

  test('ends the pause after the last slot with the hours', () => {
    const [state] = slotsOf(ruleSet({ weekly: [weekly({ end: '09:30', gapMinutes: 15 })] }), MONDAY);
    expect(state!.slot.cells.until).toBe(at('09:30') / CELL);
  });

  test('keeps to the dates between which a rule is valid, both included', () => {
    const rules = ruleSet({ weekly: everyDay({ end: '09:30', validFrom: TUESDAY, validUntil: '2026-06-04' }) });
    expect(slotsOf(rules, MONDAY, later(MONDAY, 6)).map(({ slot }) => slot.date)).toEqual([TUESDAY, '2026-06-03', '2026-06-04']);
  });

  test('lets hours cross midnight', () => {
    const rules = ruleSet({ weekly: [weekly({ start: '23:00', end: '01:00' })] });
    expect(timesOf(slotsOf(rules, MONDAY))).toEqual(['23:00', '23:30']);
    expect(timesOf(slotsOf(rules, TUESDAY))).toEqual(['00:00', '00:30']);
  });

  test('shows hours of another zone in the wall time of the asked one', () => {
    const rules = ruleSet({ weekly: [weekly({ zone: 'Europe/Berlin', end: '10:00' })] });
    expect(slotsOf(rules, MONDAY).map(({ slot }) => [slot.date, slot.time])).toEqual([
      [MONDAY, '15:00'],
      [MONDAY, '15:30'],
    ]);
    expect(timesOf(slotsOf(rules, MONDAY, MONDAY, 'Pacific/Kiritimati'))).toEqual(['21:00', '21:30']);
  });

  test('offers starts of the rules for appointments of another length, as far as the hours reach', () => {
    const rules = ruleSet({ weekly: [weekly({ end: '10:30' })] });
    const states = slotsOf(rules, MONDAY, MONDAY, 'Asia/Shanghai', { minutes: 45 });
    expect(states.map(({ slot }) => [slot.time, slot.end])).toEqual([
      ['09:00', at('09:45')],
      ['09:30', at('10:15')],
    ]);
  });

  test('leaves slots for other services out', () => {
    const rules = ruleSet({
      weekly: [
        weekly({ id: 'a', end: '09:30', serviceType: 'video' }),
        weekly({ id: 'b', start: '10:00', end: '10:30', serviceType: 'text' }),
        weekly({ id: 'c', start: '11:00', end: '11:30' }),
      ],
    });
    expect(timesOf(slotsOf(rules, MONDAY, MONDAY, 'Asia/Shanghai', { serviceType: 'video' }))).toEqual(['09:00', '11:00']);
  });

  test.each([
    ['a range of 63 days', MONDAY, later(MONDAY, 62)],
    ['a range backwards', TUESDAY, MONDAY],
    ['a date that is none', '2026-02-30', '2026-02-30'],
  ])('refuses %s', (_name, from, until) => {
    const calendar = createCalendar(ruleSet(), 'Asia/Shanghai');
    const occupancy = createOccupancy({ from: 0, until: 0 }, []);
    expect(() => calendar.slots({ from, until, ...ANY_TIME, occupancy })).toThrow(RangeError);
  });

  test.each([0, -5, 7, 1445, Number.NaN])('refuses a length of %d minutes', (minutes) => {
    expect(() => slotsOf(ruleSet(), MONDAY, MONDAY, 'Asia/Shanghai', { minutes })).toThrow(RangeError);
  });
});

describe('what changes single days', () => {
  const base = { weekly: everyDay({ end: '11:00' }) };
  const all = ['09:00', '09:30', '10:00', '10:30'];

  test('extra hours come on top', () => {
    expect(timesOf(slotsOf(ruleSet({ ...base, adjustments: [extra({ start: '08:00', end: '09:00' })] }), MONDAY))).toEqual([
      ...['08:00', '08:30'],
      ...all,
    ]);
  });

  test('replaced hours stand in for the weekly ones of that date', () => {
    const rules = ruleSet({ ...base, adjustments: [extra({ kind: 'replaced', start: '14:00', end: '14:30' })] });
    expect([timesOf(slotsOf(rules, MONDAY)), timesOf(slotsOf(rules, TUESDAY))]).toEqual([['14:00'], all]);
  });

  test('closed hours take away every slot that they touch', () => {
    const rules = ruleSet({ ...base, adjustments: [closed({ start: '09:50', end: '10:01' }), extra({ start: '09:50', end: '10:20' })] });
    expect(timesOf(slotsOf(rules, MONDAY))).toEqual(['09:00', '10:30']);
    expect(timesOf(slotsOf(ruleSet({ ...base, adjustments: [closed()] }), MONDAY))).toEqual([]);
  });

  test('a holiday closes all but the hours that are open despite it', () => {
    const holidays = [{ id: 'h', name: '端午节', from: MONDAY, until: MONDAY }];
    const adjustments = [extra({ start: '14:00', end: '14:30' }), extra({ id: 'e2', start: '15:00', end: '15:30', despiteHoliday: true })];
    const rules = ruleSet({ ...base, holidays, adjustments });
    expect([timesOf(slotsOf(rules, MONDAY)), timesOf(slotsOf(rules, TUESDAY))]).toEqual([['15:00'], all]);
  });

  test('a holiday closes the part of a night that lies in it', () => {
    const rules = ruleSet({
      weekly: [weekly({ start: '23:00', end: '01:00' })],
      holidays: [{ id: 'h', name: '', from: TUESDAY, until: TUESDAY }],
    });
    expect(timesOf(slotsOf(rules, MONDAY, TUESDAY))).toEqual(['23:00', '23:30']);
  });

  test('leave takes away every slot that it touches, and none that it only meets', () => {
    const rules = ruleSet({ ...base, leaves: [{ id: 'l', from: at('09:30'), until: at('10:01') }] });
    expect(timesOf(slotsOf(rules, MONDAY))).toEqual(['09:00', '10:30']);
  });

  test('a slot of another length does not reach into closed hours', () => {
    const rules = ruleSet({ ...base, leaves: [{ id: 'l', from: at('10:00'), until: at('10:30') }] });
    expect(timesOf(slotsOf(rules, MONDAY, MONDAY, 'Asia/Shanghai', { minutes: 60 }))).toEqual(['09:00']);
  });
});

describe('the state of a slot', () => {
  const rules = ruleSet({ weekly: [weekly({ end: '10:30' })] });
  const reasons = (query: object, of = rules) =>
    slotsOf(of, MONDAY, MONDAY, 'Asia/Shanghai', query).map(({ reason, places }) => reason ?? places);

  test('says what is past, too soon and too far', () => {
    const limits = { leadMinutes: 30, horizonDays: 1 };
    expect(reasons({ now: at('09:10'), limits })).toEqual(['in_past', 'too_soon', 1]);
    expect(reasons({ now: at('09:29', '2026-05-31'), limits })).toEqual([1, 'too_far', 'too_far']);
    expect(reasons({ now: at('09:00'), limits: { ...limits, leadMinutes: 0 } })).toEqual([1, 1, 1]);
  });

  test('of a disabled practitioner is never free', () => {
    expect(reasons({}, { ...rules, enabled: false })).toEqual(Array(3).fill('practitioner_disabled'));
  });

  test('tells booked from held', () => {
    const calendar = createCalendar(ruleSet({ weekly: [weekly({ end: '10:30', capacity: 2 })] }), 'Asia/Shanghai');
    const cells = (from: string, until: string) => ({ from: at(from) / CELL, until: at(until) / CELL });
    const claims = [
      { ...cells('09:00', '09:30'), seat: 0, heldUntil: null },
      { ...cells('09:00', '09:30'), seat: 1, heldUntil: null },
      { ...cells('09:30', '10:00'), seat: 0, heldUntil: null },
      { ...cells('09:40', '09:45'), seat: 1, heldUntil: at('08:00') },
      { ...cells('10:00', '10:05'), seat: 1, heldUntil: null },
    ];
    const states = calendar.slots({ from: MONDAY, until: MONDAY, ...situation(calendar, MONDAY, MONDAY, claims) });
    expect(states.map(({ reason, places }) => reason ?? places)).toEqual(['fully_booked', 'held', 1]);
  });

  test('is not guessed where the claims were not read', () => {
    const calendar = createCalendar(rules, 'Asia/Shanghai');
    const occupancy = createOccupancy(calendar.claimRange(TUESDAY, TUESDAY), []);
    expect(() => calendar.slots({ from: MONDAY, until: MONDAY, ...ANY_TIME, occupancy })).toThrow(RangeError);
  });
});

describe('hours that begin or end where the clock changes', () => {
  const zone = 'Europe/Berlin';
  const [spring, autumn] = ['2026-03-29', '2026-10-25'];
  const onDay = (date: string, fields: object) => timesOf(slotsOf(ruleSet({ weekly: everyDay({ zone, ...fields }) }), date, date, zone));

  test('leave out what the clock skips at their beginning or end', () => {
    expect(onDay(spring, { start: '02:30', end: '04:00' })).toEqual(['03:00', '03:30']);
    expect(onDay(spring, { start: '02:30', end: '04:00', slotMinutes: 20 })).toEqual(['03:10', '03:30']);
    expect(onDay(spring, { start: '01:00', end: '02:30' })).toEqual(['01:00', '01:30']);
    expect(onDay(spring, { start: '02:00', end: '03:00' })).toEqual([]);
  });

  test('take the first pass of an hour that is repeated', () => {
    const rules = ruleSet({ weekly: everyDay({ zone, start: '02:00', end: '02:30', slotMinutes: 15 }) });
    expect(slotsOf(rules, autumn, autumn, zone).map(({ slot }) => slot.startsAt)).toEqual([
      '2026-10-25T00:00:00.000Z',
      '2026-10-25T00:15:00.000Z',
    ]);
  });

  test('are closed for both passes when closed hours end in one that is repeated', () => {
    const shut = closed({ zone, date: autumn, start: '01:00', end: '02:30' });
    const rules = ruleSet({ weekly: everyDay({ zone: 'UTC', start: '00:00', end: '03:00' }), adjustments: [shut] });
    expect(slotsOf(rules, autumn, autumn, 'UTC').map(({ slot }) => slot.time)).toEqual(['01:30', '02:00', '02:30']);
  });

  test('shorten the pause before the clock jumps ahead', () => {
    const rules = ruleSet({ weekly: everyDay({ zone, start: '01:15', end: '04:00', gapMinutes: 30 }) });
    const [first, second] = slotsOf(rules, spring, spring, zone).map(({ slot }) => slot);
    expect([first!.time, second!.time, first!.cells.until]).toEqual(['01:15', '03:15', Date.parse('2026-03-29T01:00:00Z') / CELL]);
  });
});

test('slots() finds the late hours of a night on the far side of the date line', () => {
  const rules = ruleSet({ weekly: [weekly({ zone: 'Pacific/Pago_Pago', start: '23:00', end: '22:30' })] });
  const date = '2026-06-03';
  const states = slotsOf(rules, date, date);
  expect([states[0]!.slot.time, states.at(-1)!.slot.time, states.length]).toEqual(['00:00', '17:00', 35]);
});

describe('createCalendar()', () => {
  test.each<[string, Partial<RuleSet>]>([
    ['a length off the grid', { weekly: [weekly({ slotMinutes: 7 })] }],
    ['a length of nothing', { weekly: [weekly({ slotMinutes: 0 })] }],
    ['a start off the grid', { weekly: [weekly({ start: '09:01' })] }],
    ['a pause below zero', { weekly: [weekly({ gapMinutes: -5 })] }],
    ['hours of no length', { weekly: [weekly({ start: '09:00', end: '09:00' })] }],
    ['hours too short for a slot', { weekly: [weekly({ end: '09:25' })] }],
    ['33 seats', { weekly: [weekly({ capacity: 33 })] }],
    ['half a seat', { weekly: [weekly({ capacity: 0.5 })] }],
    ['an unknown zone', { weekly: [weekly({ zone: 'Mars/Base' })] }],
    ['a start at 24:00', { weekly: [weekly({ start: '24:00' })] }],
    ['a time that is none', { adjustments: [extra({ end: '9:00' })] }],
    ['an adjustment without a date', { adjustments: [extra({ date: 'tomorrow' })] }],
    ['closed hours in an unknown zone', { adjustments: [closed({ zone: 'Nowhere' })] }],
    ['closed hours of no length', { adjustments: [closed({ start: '10:00', end: '10:00' })] }],
    ['a rule valid from no date', { weekly: [weekly({ validFrom: '2026-06-31' })] }],
    ['a holiday without a date', { holidays: [{ id: 'h', name: '', from: '', until: '' }] }],
    ['leave that ends before it begins', { leaves: [{ id: 'l', from: 2, until: 1 }] }],
  ])('refuses %s', (_name, rules) => {
    expect(() => createCalendar(ruleSet(rules), 'Asia/Shanghai')).toThrow(RangeError);
  });

  test('refuses an unknown zone', () => {
    expect(() => createCalendar(ruleSet(), 'Nowhere')).toThrow(RangeError);
  });
});
