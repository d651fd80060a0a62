/** Reads what decides when practitioners are there, in the form of the calendar. */
import { Op } from 'sequelize';
import type { Database } from '#src/database/database.ts';
import type { Adjustment, Hours, RuleSet, WeeklyRule } from '#src/scheduling/rules.ts';
import { DAY, dateOf, dayOf, weekdayOf } from '#src/scheduling/wall-time.ts';
import { occursOn } from '#src/scheduling/windows.ts';
import type { MakeupDayRow, WorkAdjustmentRow, WorkRuleRow } from './model.ts';

/** How far back single days are kept in mind, for looking at past weeks. */
const BACK = 400 * DAY;

type MakeupDays = readonly Pick<MakeupDayRow, 'date' | 'asWeekday'>[];

/**
 * Rules of each practitioner of a list, in a query for each table. Whether they can be booked is not known here.
 * @param options `makeup`: with the hours of make-up days, which nobody has written down
 */
export async function readRules(
  { models }: Database,
  practitionerIds: readonly string[],
  { makeup = true }: { makeup?: boolean } = {},
): Promise<(id: string) => RuleSet> {
  const since = new Date(Date.now() - BACK);
  const date = dateOf(Math.floor(since.getTime() / DAY));
  const recent = { date: { [Op.gte]: date } };
  const own = { practitionerId: [...practitionerIds] };
  const rules = await models.workRules.findAll({ where: own, order: ['weekday', 'startTime', 'id'] });
  const changes = await models.workAdjustments.findAll({ where: { ...own, ...recent }, order: ['date', 'startTime', 'id'] });
  const away = { ...own, state: 'approved', endsAt: { [Op.gte]: since } } as const;
  const leaves = await models.leaves.findAll({ where: away, order: ['startsAt', 'id'] });
  const days = await models.holidays.findAll({ where: { untilDate: { [Op.gte]: date } }, order: ['fromDate', 'id'] });
  const makeupDays = await models.makeupDays.findAll({ where: recent, order: ['date'] });
  const holidays = days.map(({ id, name, fromDate, untilDate }) => ({ id, name, from: fromDate, until: untilDate }));

  return (practitionerId) => {
    const of = <Row extends { practitionerId: string }>(rows: Row[]) => rows.filter((row) => row.practitionerId === practitionerId);
    const weekly = of(rules).map(weeklyOf);
    const adjustments = of(changes).map(adjustmentOf);
    return {
      ...{ enabled: true, weekly, holidays },
      adjustments: [...adjustments, ...(makeup ? madeUp(weekly, adjustments, makeupDays) : [])],
      leaves: of(leaves).map(({ id, startsAt, endsAt }) => ({ id, from: startsAt.getTime(), until: endsAt.getTime() })),
    };
  };
}

/**
 * On a make-up day whoever would be off works the hours of the weekday that it stands for. Who has hours that day anyway, or
 * has decided about it, is left alone.
 */
function madeUp(weekly: readonly WeeklyRule[], adjustments: readonly Adjustment[], makeupDays: MakeupDays): Adjustment[] {
  return makeupDays.flatMap(({ date, asWeekday }) => {
    const day = dayOf(date);
    if (weekly.some((rule) => occursOn(rule, day)) || adjustments.some((adjustment) => adjustment.date === date)) return [];
    const stands = weekly.filter((rule) => rule.weekday === asWeekday && occursOn({ ...rule, weekday: weekdayOf(day) }, day));
    return stands.map(({ id, start, end, zone, slotMinutes, gapMinutes, capacity, serviceType }): Adjustment => ({
      ...{ id, kind: 'extra', date, despiteHoliday: false },
      ...{ start, end, zone, slotMinutes, gapMinutes, capacity, serviceType },
    }));
  });
}

export function weeklyOf(row: WorkRuleRow): WeeklyRule {
  const { id, weekday, startTime: start, endTime: end, zone, slotMinutes, gapMinutes, capacity, serviceType, validFrom, validUntil } = row;
  return { id, weekday, start, end, zone, slotMinutes, gapMinutes, capacity, serviceType, validFrom, validUntil };
}

export function adjustmentOf(row: WorkAdjustmentRow): Adjustment {
  const { id, kind, date, zone, startTime: start, endTime: end, despiteHoliday } = row;
  if (kind === 'closed') return { id, kind, date, zone, start, end };
  return { ...hoursOf(row), id, kind, date, despiteHoliday: Boolean(despiteHoliday) };
}

/** A constraint holds that hours which are not closed have all of these. */
function hoursOf({ startTime, endTime, zone, slotMinutes, gapMinutes, capacity, serviceType }: WorkAdjustmentRow): Hours {
  const slots = { slotMinutes: slotMinutes ?? 0, gapMinutes: gapMinutes ?? 0, capacity: capacity ?? 0 };
  return { start: startTime ?? '', end: endTime ?? '', zone, serviceType, ...slots };
}
