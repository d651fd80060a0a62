/** Weekly hours of practitioners (SCH-01, 02). A change shows in the next read; who is booked stays booked. */
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { ApiError } from '#src/errors.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { WeeklyRule } from '#src/scheduling/rules.ts';
import { keptBy } from './access.ts';
import { changeHours, type HoursChange } from './changing.ts';
import type { SchedulingParts } from './parts.ts';
import { weeklyOf } from './rule-sets.ts';
import type * as schemas from './schemas.ts';
import { versionOf } from './state.ts';

type List = z.infer<typeof schemas.ruleList>;
type Input = Omit<z.infer<typeof schemas.ruleChange>, 'version'>;

/**
 * Methods throw `ApiError` `not_found` and `forbidden`; writing ones `invalid_request` with the faults of the hours, `schedule_conflict`
 * with both sides of each overlap, and `conflict` when the schedule is not the one that the caller has seen.
 */
export interface WeeklyHours {
  rules(caller: Caller, practitionerId: string): Promise<List>;
  /** All or none. @throws {ApiError} `limit_reached` */
  addRules(caller: Caller, practitionerId: string, input: z.infer<typeof schemas.newRules>): Promise<List>;
  changeRule(caller: Caller, practitionerId: string, ruleId: string, input: z.infer<typeof schemas.ruleChange>): Promise<List>;
  removeRule(caller: Caller, practitionerId: string, ruleId: string): Promise<List>;
}

export function createWeeklyHours(parts: SchedulingParts): WeeklyHours {
  const { database, practitioners, settings } = parts;
  const { models } = database;

  async function list(practitionerId: string): Promise<List> {
    const rows = await models.workRules.findAll({ where: { practitionerId }, order: ['weekday', 'startTime', 'id'] });
    return { version: await versionOf(database, practitionerId), items: rows.map(weeklyOf) };
  }
  async function change(caller: Caller, practitionerId: string, wanted: HoursChange): Promise<List> {
    await changeHours(parts, caller, practitionerId, wanted);
    return list(practitionerId);
  }
  const ruleOf = (id: string, { zone = settings.get('clinic.zone'), ...input }: Input): WeeklyRule => ({ id, ...input, zone });

  return {
    async rules(caller, practitionerId) {
      await keptBy(practitioners, caller, practitionerId);
      return list(practitionerId);
    },

    addRules(caller, practitionerId, { rules, version: seen }) {
      const fresh = rules.flatMap(({ weekdays, ...input }, index) =>
        weekdays.map((weekday) => ({ rule: ruleOf(uuid(), { ...input, weekday }), field: `body.rules.${index}` })),
      );
      const asked = new Map(fresh.map((each) => [each.rule.id, each]));
      const write = async () => {
        await models.workRules.bulkCreate(fresh.map(({ rule }) => ({ practitionerId, ...rowOf(rule) })));
        return [];
      };
      return change(caller, practitionerId, { seen, asked, write });
    },

    changeRule(caller, practitionerId, ruleId, { version: seen, ...input }) {
      const rule = ruleOf(ruleId, input);
      const write = async () => {
        const row = await models.workRules.findOne({ where: { id: ruleId, practitionerId } });
        if (!row) throw new ApiError('not_found');
        await row.update(rowOf(rule));
        return [];
      };
      return change(caller, practitionerId, { seen, asked: new Map([[ruleId, { rule, field: 'body' }]]), write });
    },

    removeRule(caller, practitionerId, ruleId) {
      const write = async () => {
        if ((await models.workRules.destroy({ where: { id: ruleId, practitionerId } })) === 0) throw new ApiError('not_found');
        return [];
      };
      return change(caller, practitionerId, { write });
    },
  };
}

const rowOf = ({ start, end, ...rule }: WeeklyRule) => ({ ...rule, startTime: start, endTime: end });
