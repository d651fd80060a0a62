/** Leave of practitioners (SCH-06): asked for, approved or rejected by somebody else, withdrawn. Approved leave closes the time at once. */
import { literal, Op, type WhereAttributeHash } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { ApiError } from '#src/errors.ts';
import type { SubjectFacts } from '#src/notifications/subjects.ts';
import { orderOf, slice } from '#src/plugins/fields.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { DAY } from '#src/scheduling/wall-time.ts';
import { keptBy } from './access.ts';
import { planDisplacing } from './displacing.ts';
import type * as schemas from './leave-schemas.ts';
import { leaveReason, type LeaveRow } from './model.ts';
import type { SchedulingParts } from './parts.ts';
import { beginChange } from './state.ts';

type View = z.infer<typeof schemas.leaveView>;
type Summary = Omit<View, 'affected'>;

/** Methods on one leave throw `ApiError` `not_found` to whoever may not know of it; steps throw `wrong_state` and `conflict`. */
export interface Leaves {
  /** @throws {ApiError} `forbidden`, `leave_overlaps` with the other one, `invalid_request` for a time that is over or too long */
  request(caller: Caller, practitionerId: string, input: z.infer<typeof schemas.newLeave>): Promise<View>;
  /** Own ones; everybody's for those who manage schedules. The latest first. */
  list(caller: Caller, query: z.infer<typeof schemas.leaveQuery>): Promise<z.infer<typeof schemas.leaveList>>;
  get(caller: Caller, id: string): Promise<View>;
  /** Appointments in this time are moved or called off afterwards. @throws {ApiError} `forbidden` for one's own leave */
  approve(caller: Caller, id: string, input: z.infer<typeof schemas.approval>): Promise<View>;
  /** @throws {ApiError} `forbidden` for one's own leave */
  reject(caller: Caller, id: string, input: z.infer<typeof schemas.rejection>): Promise<View>;
  /** By its practitioner or a manager, before it is over: the time is open again. What was moved stays moved. */
  withdraw(caller: Caller, id: string): Promise<View>;
  /** For the notification of how it was decided. */
  facts(id: string): Promise<SubjectFacts | null>;
}

const LONGEST_MS = 366 * DAY;

export function createLeaves(parts: SchedulingParts): Leaves {
  const { database, practitioners, appointments } = parts;
  const { models, transaction } = database;

  async function view(row: LeaveRow): Promise<View> {
    const [summary] = await summaries(parts, [row]);
    if (!summary) throw new ApiError('not_found');
    const affected = await appointments.list(row.practitionerId, row.startsAt, row.endsAt);
    return { ...summary, affected: affected.length };
  }

  /** @throws {ApiError} `not_found` */
  async function visible(caller: Caller, id: string): Promise<{ row: LeaveRow; userId: string | undefined }> {
    const row = await models.leaves.findByPk(id);
    const userId = row ? (await practitioners.byId(row.practitionerId))?.userId : undefined;
    if (!row || !(userId === caller.userId || caller.can('schedules:manage'))) throw new ApiError('not_found');
    return { row, userId };
  }

  const decide = (caller: Caller, id: string, state: 'approved' | 'rejected', { version, note }: z.infer<typeof schemas.approval>) =>
    transaction(async () => {
      const { row, userId } = await visible(caller, id);
      if (userId === caller.userId) throw new ApiError('forbidden');
      if (row.state !== 'requested') throw new ApiError('wrong_state');
      if (row.version !== version) throw new ApiError('conflict');
      const decided = { state, decidedBy: caller.userId, decidedAt: new Date(), decisionNote: note };
      const after = await step(parts, row, decided);
      if (state === 'approved') {
        await planDisplacing(parts, row.practitionerId, { from: row.startsAt, until: row.endsAt }, caller.requestId);
      }
      if (userId) await parts.outbox.append('notification.send', { userId, kind: 'leave.decided', subjectType: 'leave', subjectId: id });
      return view(after);
    });

  return {
    get: async (caller, id) => view((await visible(caller, id)).row),
    list: (caller, query) => list(parts, caller, query),
    approve: (caller, id, input) => decide(caller, id, 'approved', input),
    reject: (caller, id, input) => decide(caller, id, 'rejected', input),

    async request(caller, practitionerId, input) {
      await keptBy(practitioners, caller, practitionerId);
      return view(await transaction(() => request(parts, practitionerId, input)));
    },

    withdraw: (caller, id) =>
      transaction(async () => {
        const { row } = await visible(caller, id);
        const open = row.state === 'requested' || (row.state === 'approved' && row.endsAt.getTime() > Date.now());
        if (!open) throw new ApiError('wrong_state');
        return view(await step(parts, row, { state: 'withdrawn' }));
      }),

    async facts(id) {
      const row = await models.leaves.findByPk(id);
      return row && factsOf(row);
    },
  };
}

function factsOf({ state, startsAt, endsAt }: LeaveRow): SubjectFacts | null {
  if (state !== 'approved' && state !== 'rejected') return null;
  return { decision: state, startsAt: startsAt.toISOString(), endsAt: endsAt.toISOString(), path: '/schedule' };
}

type Step = Pick<LeaveRow, 'state'> & Partial<Pick<LeaveRow, 'decidedBy' | 'decidedAt' | 'decisionNote'>>;

/** From the state that the row has, unless somebody was faster. @throws {ApiError} `conflict` */
async function step({ database }: SchedulingParts, { id, practitionerId, version, state }: LeaveRow, values: Step): Promise<LeaveRow> {
  const { leaves } = database.models;
  await beginChange(database, practitionerId);
  const next = { ...values, version: literal('version + 1') as unknown as number };
  const [changed] = await leaves.update(next, { where: { id, version, state } });
  if (changed === 0) throw new ApiError('conflict');
  return leaves.findByPk(id, { rejectOnEmpty: true });
}

/** @throws {ApiError} `leave_overlaps`, `invalid_request` */
async function request({ database, vault }: SchedulingParts, practitionerId: string, input: z.infer<typeof schemas.newLeave>) {
  const { leaves } = database.models;
  const { kind, reason } = input;
  const [startsAt, endsAt] = [new Date(input.startsAt), new Date(input.endsAt)];
  refuseTimes(startsAt, endsAt);
  await beginChange(database, practitionerId);
  const taken = { practitionerId, state: ['requested', 'approved'], startsAt: { [Op.lt]: endsAt }, endsAt: { [Op.gt]: startsAt } };
  const others = await leaves.findAll({ where: taken, order: ['startsAt'], limit: 20 });
  if (others.length > 0) throw new ApiError('leave_overlaps', { details: others.map(sideOf) });
  const id = uuid();
  const reasonSealed = reason === null ? null : vault.seal(leaveReason, id, reason);
  return leaves.create({ id, practitionerId, kind, startsAt, endsAt, reasonSealed, state: 'requested', version: 1 });
}

const sideOf = ({ id, kind, state, startsAt, endsAt }: LeaveRow) => ({
  ...{ id, kind, state },
  startsAt: startsAt.toISOString(),
  endsAt: endsAt.toISOString(),
});

/** @throws {ApiError} `invalid_request` */
function refuseTimes(startsAt: Date, endsAt: Date): void {
  const message =
    endsAt.getTime() <= Date.now() ? 'is over' : endsAt.getTime() - startsAt.getTime() > LONGEST_MS ? 'lasts more than a year' : null;
  if (message) throw new ApiError('invalid_request', { details: [{ field: 'body.endsAt', message }] });
}

async function list({ database, practitioners, ...parts }: SchedulingParts, caller: Caller, query: z.infer<typeof schemas.leaveQuery>) {
  const { models } = database;
  const own = caller.can('schedules:manage') ? undefined : ((await practitioners.byUser(caller.userId))?.id ?? '');
  const where: WhereAttributeHash = {
    ...(query.state && { state: query.state }),
    ...(query.from && { endsAt: { [Op.gt]: new Date(query.from) } }),
    ...(query.until && { startsAt: { [Op.lt]: new Date(query.until) } }),
    ...(query.practitionerId && { practitionerId: query.practitionerId }),
  };
  const only = own === undefined ? where : { [Op.and]: [where, { practitionerId: own }] };
  const { rows, count } = await models.leaves.findAndCountAll({ where: only, order: orderOf(query.sort), ...slice(query) });
  const items = await summaries({ ...parts, database, practitioners }, rows);
  return { items, pagination: { page: query.page, pageSize: query.pageSize, total: count } };
}

async function summaries({ database: { models }, vault, practitioners }: SchedulingParts, rows: readonly LeaveRow[]): Promise<Summary[]> {
  const people = await practitioners.byIds([...new Set(rows.map(({ practitionerId }) => practitionerId))]);
  const deciders = await models.users.findAll({
    where: { id: rows.flatMap(({ decidedBy }) => decidedBy ?? []) },
    attributes: ['id', 'name'],
  });
  const names = new Map([...people, ...deciders].map(({ id, name }) => [id, name]));
  const named = (id: string) => ({ id, name: names.get(id) ?? '' });
  return rows.map((row) => ({
    ...{ id: row.id, kind: row.kind, state: row.state, version: row.version, note: row.decisionNote ?? null },
    practitioner: named(row.practitionerId),
    startsAt: row.startsAt.toISOString(),
    endsAt: row.endsAt.toISOString(),
    reason: row.reasonSealed && vault.open(leaveReason, row.id, row.reasonSealed),
    decidedBy: row.decidedBy ? named(row.decidedBy) : null,
    decidedAt: row.decidedAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
  }));
}
