/** Rule sets, situations and arbitrary ones for tests of the calendar. */
import fc from 'fast-check';
import { type Calendar, createCalendar } from '#src/scheduling/calendar.ts';
import { type Claim, createOccupancy } from '#src/scheduling/cells.ts';
import type { Adjustment, Hours, RuleSet, WeeklyRule } from '#src/scheduling/rules.ts';
import type { Situation, SlotState } from '#src/scheduling/slot-state.ts';

const ALL_WEEK = [1, 2, 3, 4, 5, 6, 7];

const hours = (fields: Partial<Hours> = {}): Hours => ({
  start: '09:00',
  end: '12:00',
  zone: 'Asia/Shanghai',
  slotMinutes: 30,
  gapMinutes: 0,
  capacity: 1,
  serviceType: null,
  ...fields,
});

export const weekly = (fields: Partial<WeeklyRule> = {}): WeeklyRule => ({
  ...hours(),
  id: 'weekly',
  weekday: 1,
  validFrom: null,
  validUntil: null,
  ...fields,
});

/** The same hours on all days of the week, a rule each. */
export const everyDay = (fields: Partial<WeeklyRule> = {}): WeeklyRule[] =>
  ALL_WEEK.map((weekday) => weekly({ ...fields, id: `${fields.id ?? 'day'}-${weekday}`, weekday }));

export const extra = (fields: Partial<Extract<Adjustment, { kind: 'extra' | 'replaced' }>> = {}): Adjustment => ({
  ...hours(),
  id: 'extra',
  kind: 'extra',
  date: '2026-06-01',
  despiteHoliday: false,
  ...fields,
});

export const closed = (fields: Partial<Extract<Adjustment, { kind: 'closed' }>> = {}): Adjustment => ({
  id: 'closed',
  kind: 'closed',
  date: '2026-06-01',
  zone: 'Asia/Shanghai',
  start: null,
  end: null,
  ...fields,
});

export const ruleSet = (fields: Partial<RuleSet> = {}): RuleSet => ({
  ...{ enabled: true, weekly: [], adjustments: [], holidays: [], leaves: [] },
  ...fields,
});

/** Long before all dates of the tests, with no limit that matters. */
export const ANY_TIME = { now: 0, limits: { leadMinutes: 0, horizonDays: 100_000 } };

/** A situation for these dates in which only `claims` are taken. */
export const situation = (calendar: Calendar, from: string, until: string, claims: Claim[] = []): Situation => ({
  ...ANY_TIME,
  occupancy: createOccupancy(calendar.claimRange(from, until), claims),
});

/** Slots of dates under these rules, nothing being booked. */
export function slotsOf(rules: RuleSet, from: string, until = from, zone = 'Asia/Shanghai', query: object = {}): SlotState[] {
  const calendar = createCalendar(rules, zone);
  return calendar.slots({ from, until, ...situation(calendar, from, until), ...query });
}

/** `HH:mm` of each slot. */
export const timesOf = (states: SlotState[]): string[] => states.map(({ slot }) => slot.time);

const ZONES = [
  ...['Asia/Shanghai', 'America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu'],
  ...['America/St_Johns', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Africa/Casablanca', 'Africa/Cairo', 'Europe/Dublin'],
];
export const anyZone = fc.constantFrom(...ZONES);

/** `HH:mm` of a number of five minutes. */
const clock = (cells: number): string => `${String(Math.floor(cells / 12)).padStart(2, '0')}:${String((cells % 12) * 5).padStart(2, '0')}`;

/** Hours that fit the grid and at least one slot; some cross midnight. */
const anyHours: fc.Arbitrary<Hours> = fc
  .record({
    first: fc.integer({ min: 0, max: 287 }),
    cells: fc.oneof(fc.integer({ min: 1, max: 120 }), fc.integer({ min: 121, max: 287 })),
    slot: fc.integer({ min: 1, max: 24 }),
    gap: fc.integer({ min: 0, max: 6 }),
    capacity: fc.constantFrom(1, 1, 2, 3, 32),
    zone: anyZone,
  })
  .map(({ first, cells, slot, gap, capacity, zone }) => {
    const last = first + Math.max(cells, slot);
    const end = last === 288 ? '24:00' : clock(last % 288);
    return hours({ start: clock(first), end, zone, capacity, slotMinutes: slot * 5, gapMinutes: gap * 5 });
  });

/** A date of the second half of 2025 or the first of 2026: transitions of both directions are among them. */
export const anyDate = fc.integer({ min: 0, max: 364 }).map((day) => new Date(Date.UTC(2025, 6, 1 + day)).toISOString().slice(0, 10));

export const later = (date: string, days: number): string => new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10);

/** A rule set with something of everything around a date; its rules may contradict each other. */
export const rulesAround = (date: string): fc.Arbitrary<RuleSet> => {
  const near = fc.integer({ min: -3, max: 9 }).map((days) => later(date, days));
  const rule = fc
    .record({ hours: anyHours, weekday: fc.constantFrom(...ALL_WEEK), validFrom: fc.option(near), validUntil: fc.option(near) })
    .map((fields) => ({ ...fields.hours, ...fields, id: '' }));
  const special = fc
    .record({ hours: anyHours, kind: fc.constantFrom('extra' as const, 'replaced' as const), date: near, despiteHoliday: fc.boolean() })
    .map((fields) => ({ ...fields.hours, ...fields, id: '' }));
  const shut = fc
    .record({
      date: near,
      zone: anyZone,
      start: fc.option(fc.constantFrom('00:00', '07:35', '12:00')),
      end: fc.option(fc.constantFrom('13:01', '24:00')),
    })
    .map((fields) => ({ ...fields, kind: 'closed' as const, id: '' }));
  const holiday = fc
    .tuple(near, fc.integer({ min: 0, max: 2 }))
    .map(([from, days]) => ({ id: '', name: '假日', from, until: later(from, days) }));
  const leave = fc.tuple(near, fc.integer({ min: 0, max: 1439 }), fc.integer({ min: 1, max: 3000 })).map(([day, minute, minutes]) => ({
    id: '',
    from: Date.parse(day) + minute * 60_000,
    until: Date.parse(day) + (minute + minutes) * 60_000,
  }));
  const named = <Item extends { id: string }>(items: Item[], name: string): Item[] =>
    items.map((item, index) => ({ ...item, id: `${name}-${index}` }));
  return fc
    .record({
      weekly: fc.array(rule, { maxLength: 6 }),
      special: fc.array(special, { maxLength: 3 }),
      shut: fc.array(shut, { maxLength: 2 }),
      holidays: fc.array(holiday, { maxLength: 1 }),
      leaves: fc.array(leave, { maxLength: 1 }),
    })
    .map(({ weekly: rules, special: specials, shut: shuts, holidays, leaves }) => ({
      enabled: true,
      weekly: named(rules, 'weekly'),
      adjustments: [...named<Adjustment>(specials, 'special'), ...named<Adjustment>(shuts, 'closed')],
      holidays: named(holidays, 'holiday'),
      leaves: named(leaves, 'leave'),
    }));
};
