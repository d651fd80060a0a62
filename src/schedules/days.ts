/** Holidays of the clinic and days that are worked in return (SCH-06). They act on everybody's hours at once. */
import { Op } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { withViolations } from '#src/database/constraints.ts';
import { ApiError } from '#src/errors.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type * as schemas from './day-schemas.ts';
import { planDisplacing } from './displacing.ts';
import { nationalYear, yearOf } from './national-days.ts';
import { type SchedulingParts, today } from './parts.ts';
import { beginDaysChange } from './state.ts';

type List = z.infer<typeof schemas.dayList>;
type Holiday = z.infer<typeof schemas.newHoliday>;
type MakeupDay = z.infer<typeof schemas.newMakeupDay>;

/** Appointments on new holidays are moved or called off afterwards. Writing methods answer with the days of the year. */
export interface ClinicDays {
  days(query: z.infer<typeof schemas.dayQuery>): Promise<List>;
  /** Whether the holidays of this year and the next are entered; those of the next are wanted from October on. */
  coverage(): Promise<z.infer<typeof schemas.coverage>>;
  /** @throws {ApiError} `already_exists` */
  addHoliday(caller: Caller, input: Holiday): Promise<List>;
  /** @throws {ApiError} `not_found`, `already_exists` */
  changeHoliday(caller: Caller, id: string, input: Holiday): Promise<List>;
  /** @throws {ApiError} `not_found` */
  removeHoliday(caller: Caller, id: string): Promise<List>;
  /** @throws {ApiError} `already_exists` */
  addMakeupDay(caller: Caller, input: MakeupDay): Promise<List>;
  /** @throws {ApiError} `not_found` */
  removeMakeupDay(caller: Caller, id: string): Promise<List>;
  /**
   * Takes the announced holidays of a year in place of those that were taken before; what the clinic has entered itself stays.
   * @throws {ApiError} `unknown_year`
   */
  importYear(caller: Caller, year: number): Promise<List>;
}

const violations = {
  unique: [
    { index: 'holidays_dates_unique', column: 'until_date', code: 'already_exists' },
    { index: 'makeup_days_date_unique', column: 'date', code: 'already_exists' },
  ],
} as const;

export function createClinicDays(parts: SchedulingParts): ClinicDays {
  const { models } = parts.database;

  async function addHoliday({ name, from, until }: Holiday): Promise<Touched> {
    await models.holidays.create({ id: uuid(), name, fromDate: from, untilDate: until, source: 'own' });
    return { year: yearIn(from), closed: { from, until } };
  }
  async function changeHoliday(id: string, { name, from, until }: Holiday): Promise<Touched> {
    const row = await models.holidays.findByPk(id);
    if (!row) throw new ApiError('not_found');
    await row.update({ name, fromDate: from, untilDate: until, source: 'own' });
    return { year: yearIn(from), closed: { from, until } };
  }
  async function removeHoliday(id: string): Promise<Touched> {
    const row = await models.holidays.findByPk(id);
    if (!row) throw new ApiError('not_found');
    await row.destroy();
    return { year: yearIn(row.fromDate) };
  }
  async function addMakeupDay(input: MakeupDay): Promise<Touched> {
    await models.makeupDays.create({ id: uuid(), ...input, source: 'own' });
    return { year: yearIn(input.date) };
  }
  async function removeMakeupDay(id: string): Promise<Touched> {
    const row = await models.makeupDays.findByPk(id);
    if (!row) throw new ApiError('not_found');
    await row.destroy();
    return { year: yearIn(row.date) };
  }

  return {
    days: ({ year }) => (year === undefined ? list(parts, yearOf(yearIn(today(parts))).first) : listYear(parts, year)),
    coverage: () => coverage(parts),
    addHoliday: (caller, input) => change(parts, caller, () => addHoliday(input)),
    changeHoliday: (caller, id, input) => change(parts, caller, () => changeHoliday(id, input)),
    removeHoliday: (caller, id) => change(parts, caller, () => removeHoliday(id)),
    addMakeupDay: (caller, input) => change(parts, caller, () => addMakeupDay(input)),
    removeMakeupDay: (caller, id) => change(parts, caller, () => removeMakeupDay(id)),
    importYear: (caller, year) => change(parts, caller, () => importYear(parts, year)),
  };
}

const yearIn = (date: string): number => Number(date.slice(0, 4));

async function list({ database: { models } }: SchedulingParts, first: string, last = '9999-12-31'): Promise<List> {
  const overlapping = { untilDate: { [Op.gte]: first }, fromDate: { [Op.lte]: last } };
  const holidays = await models.holidays.findAll({ where: overlapping, order: ['fromDate', 'id'] });
  const makeupDays = await models.makeupDays.findAll({ where: { date: { [Op.between]: [first, last] } }, order: ['date'] });
  return {
    holidays: holidays.map(({ id, name, fromDate, untilDate, source }) => ({ id, name, from: fromDate, until: untilDate, source })),
    makeupDays: makeupDays.map(({ id, name, date, asWeekday, source }) => ({ id, name, date, asWeekday, source })),
  };
}

function listYear(parts: SchedulingParts, year: number): Promise<List> {
  const { first, last } = yearOf(year);
  return list(parts, first, last);
}

/** The State Council announces the holidays of a year in the autumn before. */
const WANTED_FROM_MONTH = 10;

async function coverage(parts: SchedulingParts): Promise<z.infer<typeof schemas.coverage>> {
  const now = today(parts);
  const year = yearIn(now);
  const years = await Promise.all(
    [year, year + 1].map(async (one) => {
      const { holidays } = await listYear(parts, one);
      return { year: one, entered: holidays.length > 0, announced: nationalYear(one) !== null };
    }),
  );
  const wanted = Number(now.slice(5, 7)) >= WANTED_FROM_MONTH ? years : years.slice(0, 1);
  return { years, missing: wanted.find(({ entered }) => !entered)?.year ?? null };
}

/** What a change was about. */
interface Touched {
  year: number;
  /** Dates on which it may push appointments aside. */
  closed?: { from: string; until: string };
}

/** @returns the days of the year that was changed */
const change = (parts: SchedulingParts, caller: Caller, write: () => Promise<Touched>): Promise<List> =>
  withViolations(violations, () =>
    parts.database.transaction(async () => {
      await beginDaysChange(parts.database);
      const { year, closed } = await write();
      if (closed && closed.until >= today(parts)) await planDisplacing(parts, null, closed, caller.requestId);
      return listYear(parts, year);
    }),
  );

/** @throws {ApiError} `unknown_year` */
async function importYear({ database: { models } }: SchedulingParts, year: number): Promise<Touched> {
  const national = nationalYear(year);
  if (!national) throw new ApiError('unknown_year');
  const { first, last } = yearOf(year);
  const dates = { [Op.between]: [first, last] };
  await models.holidays.destroy({ where: { source: 'national', fromDate: dates } });
  await models.makeupDays.destroy({ where: { source: 'national', date: dates } });
  const own = await models.holidays.findAll({ where: { fromDate: dates } });
  const worked = await models.makeupDays.findAll({ where: { date: dates } });
  const source = 'national' as const;
  const isOwn = ({ fromDate, untilDate }: { fromDate: string; untilDate: string }) =>
    own.some((row) => row.fromDate === fromDate && row.untilDate === untilDate);
  const holidays = national.holidays.filter((holiday) => !isOwn(holiday));
  const makeupDays = national.makeupDays.filter(({ date }) => !worked.some((row) => row.date === date));
  await models.holidays.bulkCreate(holidays.map((holiday) => ({ id: uuid(), ...holiday, source })));
  await models.makeupDays.bulkCreate(makeupDays.map((day) => ({ id: uuid(), ...day, source })));
  return { year, closed: { from: first, until: last } };
}
