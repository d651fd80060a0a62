/** Changes of single days (SCH-06): extra hours, other hours, closed hours. The weekly pattern stays as it is. */
import { Op } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { ApiError } from '#src/errors.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { Adjustment } from '#src/scheduling/rules.ts';
import { keptBy } from './access.ts';
import { changeHours, type HoursChange } from './changing.ts';
import type { WorkAdjustmentRow } from './model.ts';
import { type SchedulingParts, today } from './parts.ts';
import { adjustmentOf } from './rule-sets.ts';
import type * as schemas from './schemas.ts';
import { versionOf } from './state.ts';

type List = z.infer<typeof schemas.adjustmentList>;
type Change = z.infer<typeof schemas.adjustmentChange>;
type Input = Omit<Change, 'version'>;

/** Methods throw as those of `WeeklyHours`. Appointments that a change pushes aside are moved or called off afterwards. */
export interface DayChanges {
  adjustments(caller: Caller, practitionerId: string, query: z.infer<typeof schemas.adjustmentQuery>): Promise<List>;
  /** All or none. @throws {ApiError} `limit_reached` */
  addAdjustments(caller: Caller, practitionerId: string, input: z.infer<typeof schemas.newAdjustments>): Promise<List>;
  changeAdjustment(caller: Caller, practitionerId: string, adjustmentId: string, input: Change): Promise<List>;
  removeAdjustment(caller: Caller, practitionerId: string, adjustmentId: string): Promise<List>;
}

interface AskedDay {
  rule: Adjustment;
  note: string | null;
  field: string;
}

export function createDayChanges(parts: SchedulingParts): DayChanges {
  const { database, practitioners, settings } = parts;
  const { models } = database;

  async function list(practitionerId: string, from = today(parts), until?: string): Promise<List> {
    const date = { [Op.gte]: from, ...(until && { [Op.lte]: until }) };
    const rows = await models.workAdjustments.findAll({ where: { practitionerId, date }, order: ['date', 'startTime', 'id'] });
    return { version: await versionOf(database, practitionerId), items: rows.map(viewOf) };
  }
  const change = (caller: Caller, practitionerId: string, wanted: HoursChange): Promise<List> =>
    changeHours(parts, caller, practitionerId, wanted).then(() => list(practitionerId));
  function dayOf(id: string, field: string, { zone = settings.get('clinic.zone'), note, ...input }: Input): AskedDay {
    // The fields of one kind, as the schema has them.
    return { rule: { id, zone, ...input } as Adjustment, note, field };
  }
  /** @throws {ApiError} `not_found` */
  async function row(practitionerId: string, id: string): Promise<WorkAdjustmentRow> {
    const found = await models.workAdjustments.findOne({ where: { id, practitionerId } });
    if (!found) throw new ApiError('not_found');
    return found;
  }

  return {
    async adjustments(caller, practitionerId, { from, until }) {
      await keptBy(practitioners, caller, practitionerId);
      return list(practitionerId, from, until);
    },

    addAdjustments(caller, practitionerId, { adjustments, version: seen }) {
      const fresh = adjustments.flatMap(({ dates, ...input }, index) =>
        dates.map((date) => dayOf(uuid(), `body.adjustments.${index}`, { ...input, date })),
      );
      const write = async () => {
        await models.workAdjustments.bulkCreate(fresh.map((each) => ({ practitionerId, ...rowOf(each) })));
        return fresh.map(({ rule }) => rule.date);
      };
      return change(caller, practitionerId, { seen, asked: new Map(fresh.map((each) => [each.rule.id, each])), write });
    },

    changeAdjustment(caller, practitionerId, adjustmentId, { version: seen, ...input }) {
      const wanted = dayOf(adjustmentId, 'body', input);
      const write = async () => {
        const before = await row(practitionerId, adjustmentId);
        const { date } = before;
        await before.update(rowOf(wanted));
        return [date, wanted.rule.date];
      };
      return change(caller, practitionerId, { seen, asked: new Map([[adjustmentId, wanted]]), write });
    },

    removeAdjustment(caller, practitionerId, adjustmentId) {
      const write = async () => {
        const before = await row(practitionerId, adjustmentId);
        await before.destroy();
        return [before.date];
      };
      return change(caller, practitionerId, { write });
    },
  };
}

/** Columns of one kind are empty in the other. */
function rowOf({ rule, note }: AskedDay) {
  const { id, kind, date, zone, start, end } = rule;
  const common = { id, kind, date, zone, startTime: start, endTime: end, note };
  if (rule.kind === 'closed')
    return { ...common, slotMinutes: null, gapMinutes: null, capacity: null, serviceType: null, despiteHoliday: false };
  const { slotMinutes, gapMinutes, capacity, serviceType, despiteHoliday } = rule;
  return { ...common, slotMinutes, gapMinutes, capacity, serviceType, despiteHoliday };
}

function viewOf(row: WorkAdjustmentRow): List['items'][number] {
  const { slotMinutes, gapMinutes, capacity, serviceType, note } = row;
  const rule = adjustmentOf(row);
  const { id, kind, date, zone, start, end } = rule;
  const despiteHoliday = Boolean(row.despiteHoliday);
  return { id, kind, date, zone, start, end, slotMinutes, gapMinutes, capacity, serviceType, despiteHoliday, note };
}
