/** Dispatch of staff (SCH-21): who goes where, when and for how long; nobody is sent to two places at once. */
import { literal, Op, UniqueConstraintError, type WhereAttributeHash } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { SubjectFacts } from '#src/notifications/subjects.ts';
import type { Outbox } from '#src/outbox/outbox.ts';
import type { AccessCache } from '#src/permissions/access.ts';
import { orderOf, slice } from '#src/plugins/fields.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { cellsOf } from '#src/scheduling/cells.ts';
import { type DispatchRow, locationColumn, notesColumn } from './model.ts';
import type * as schemas from './schemas.ts';

type View = z.infer<typeof schemas.dispatchView>;
type List = z.infer<typeof schemas.dispatchList>;

/** Methods on one task throw `ApiError` `not_found` to whoever may not know of it; steps `wrong_state` and `conflict`. */
export interface Dispatches {
  /** @throws {ApiError} `unknown_user` unless it is active staff, `unknown_appointment`, `staff_busy` with what is in the way */
  create(caller: Caller, input: z.infer<typeof schemas.newDispatch>): Promise<View>;
  /** Own ones; everybody's for those who manage schedules. */
  list(caller: Caller, query: z.infer<typeof schemas.query>): Promise<List>;
  get(caller: Caller, id: string): Promise<View>;
  /** While it is planned. @throws {ApiError} as `create` */
  change(caller: Caller, id: string, change: z.infer<typeof schemas.dispatchChange>): Promise<View>;
  /** By the one who was sent, or those who manage schedules. */
  finish(caller: Caller, id: string, version: number): Promise<View>;
  /** The time is free again. */
  cancel(caller: Caller, id: string, version: number): Promise<View>;
  /** For the notification of a new task. */
  facts(id: string): Promise<SubjectFacts | null>;
}

/** What else keeps a member of staff busy. */
export interface OtherWork {
  /** @param appointmentId what the task is for, which is not in its way @returns what there is, for the details of a refusal */
  during(staffId: string, from: Date, until: Date, appointmentId: string | null): Promise<{ kind: 'appointment' | 'leave' }[]>;
}

export interface DispatchParts {
  database: Database;
  vault: Vault;
  outbox: Pick<Outbox, 'append'>;
  access: Pick<AccessCache, 'of'>;
  otherWork: OtherWork;
}

export function createDispatches(parts: DispatchParts): Dispatches {
  const { database, vault } = parts;
  const { models, transaction } = database;

  /** @throws {ApiError} `not_found` */
  async function visible(caller: Caller, id: string): Promise<DispatchRow> {
    const row = await models.dispatches.findByPk(id);
    if (!row || !(row.staffId === caller.userId || caller.can('schedules:manage'))) throw new ApiError('not_found');
    return row;
  }

  const step = (caller: Caller, id: string, version: number, values: Partial<DispatchRow>): Promise<View> =>
    transaction(async () => {
      const row = await visible(caller, id);
      await write(parts, row, version, values);
      if (values.state === 'cancelled') await models.dispatchClaims.destroy({ where: { dispatchId: id } });
      return viewOf(parts, await row.reload());
    });

  return {
    create: (caller, { locationInfo, notes, ...input }) =>
      transaction(async () => {
        const id = uuid();
        const startsAt = new Date(input.startsAt);
        await refuseStaff(parts, input.staffId);
        if (input.appointmentId && !(await models.appointments.findByPk(input.appointmentId))) throw new ApiError('unknown_appointment');
        const sealed = { locationSealed: seal(vault, locationColumn, id, locationInfo), notesSealed: seal(vault, notesColumn, id, notes) };
        const state = { state: 'planned' as const, createdBy: caller.userId, version: 1 };
        const row = await models.dispatches.create({ id, ...input, startsAt, ...sealed, ...state });
        await claim(parts, row);
        await tell(parts, row, caller);
        return viewOf(parts, row);
      }),

    list: (caller, query) => list(parts, caller, query),
    get: async (caller, id) => viewOf(parts, await visible(caller, id)),

    change: (caller, id, { version, ...change }) =>
      transaction(async () => {
        const row = await visible(caller, id);
        const before = row.staffId;
        await write(parts, row, version, valuesOf(vault, id, change));
        await row.reload();
        if (row.staffId !== before) await refuseStaff(parts, row.staffId);
        await models.dispatchClaims.destroy({ where: { dispatchId: id } });
        await claim(parts, row);
        if (row.staffId !== before) await tell(parts, row, caller);
        return viewOf(parts, row);
      }),

    finish: (caller, id, version) => step(caller, id, version, { state: 'done' }),
    cancel: (caller, id, version) => step(caller, id, version, { state: 'cancelled' }),

    async facts(id) {
      const row = await models.dispatches.findByPk(id);
      if (row?.state !== 'planned') return null;
      return { startsAt: row.startsAt.toISOString(), path: '/schedule' };
    },
  };
}

type Sealed = typeof locationColumn;

const seal = (vault: Vault, column: Sealed, id: string, text: string | null): string | null =>
  text === null ? null : vault.seal(column, id, text);
const open = (vault: Vault, column: Sealed, id: string, sealed: string | null): string | null =>
  sealed === null ? null : vault.open(column, id, sealed);

function valuesOf(vault: Vault, id: string, change: Omit<z.infer<typeof schemas.dispatchChange>, 'version'>): Partial<DispatchRow> {
  const { staffId, startsAt, durationMinutes, locationInfo, notes } = change;
  return {
    ...(staffId !== undefined && { staffId }),
    ...(startsAt !== undefined && { startsAt: new Date(startsAt) }),
    ...(durationMinutes !== undefined && { durationMinutes }),
    ...(locationInfo !== undefined && { locationSealed: seal(vault, locationColumn, id, locationInfo) }),
    ...(notes !== undefined && { notesSealed: seal(vault, notesColumn, id, notes) }),
  };
}

/** A planned task as it was seen, or not at all. @throws {ApiError} `wrong_state`, `conflict` */
async function write({ database }: DispatchParts, { id, state, version: now }: DispatchRow, version: number, values: Partial<DispatchRow>) {
  if (state !== 'planned') throw new ApiError('wrong_state');
  if (now !== version) throw new ApiError('conflict');
  const next = { ...values, version: literal('version + 1') as unknown as number };
  const [changed] = await database.models.dispatches.update(next, { where: { id, version, state: 'planned' } });
  if (changed === 0) throw new ApiError('conflict');
}

/** @throws {ApiError} `unknown_user` unless somebody works here */
async function refuseStaff({ access }: DispatchParts, userId: string): Promise<void> {
  const { active, roles } = await access.of(userId);
  if (!active || !roles.some((role) => role !== 'patient')) throw new ApiError('unknown_user');
}

const endOf = ({ startsAt, durationMinutes }: DispatchRow): Date => new Date(startsAt.getTime() + durationMinutes * 60_000);

/**
 * Claims the time of a task for the one who is sent. Of two who claim it at once one gets it, also of a task and a booking.
 * @throws {ApiError} `staff_busy`
 */
async function claim({ database: { models }, otherWork }: DispatchParts, row: DispatchRow): Promise<void> {
  const { id, staffId, appointmentId, startsAt } = row;
  const cells = cellsOf(startsAt.getTime(), endOf(row).getTime());
  const others = await models.dispatchClaims.findAll({
    where: { staffId, cell: cells },
    attributes: ['dispatchId'],
    group: ['dispatchId'],
  });
  const work = await otherWork.during(staffId, startsAt, endOf(row), appointmentId);
  const details = [...others.map(({ dispatchId }) => ({ kind: 'dispatch', id: dispatchId })), ...work];
  if (details.length > 0) throw new ApiError('staff_busy', { details });
  try {
    await models.dispatchClaims.bulkCreate(cells.map((cell) => ({ staffId, cell, dispatchId: id })));
  } catch (error) {
    throw error instanceof UniqueConstraintError ? new ApiError('staff_busy', { cause: error }) : error;
  }
}

async function tell({ outbox }: DispatchParts, { id, staffId }: DispatchRow, caller: Caller): Promise<void> {
  if (staffId === caller.userId) return;
  const order = { userId: staffId, kind: 'dispatch.assigned', subjectType: 'dispatch', subjectId: id } as const;
  await outbox.append('notification.send', order, { requestId: caller.requestId });
}

async function list(parts: DispatchParts, caller: Caller, query: z.infer<typeof schemas.query>): Promise<List> {
  const { models } = parts.database;
  const everybody = caller.can('schedules:manage');
  if (!everybody && query.staffId && query.staffId !== caller.userId) {
    return { items: [], pagination: { page: query.page, pageSize: query.pageSize, total: 0 } };
  }
  const asked = { staffId: everybody ? query.staffId : caller.userId, appointmentId: query.appointmentId, state: query.state };
  const where: WhereAttributeHash = Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined));
  const period = { ...(query.from && { [Op.gte]: new Date(query.from) }), ...(query.to && { [Op.lt]: new Date(query.to) }) };
  if (query.from || query.to) where['startsAt'] = period;
  const { rows, count } = await models.dispatches.findAndCountAll({ where, order: orderOf(query.sort), ...slice(query) });
  return { items: await views(parts, rows), pagination: { page: query.page, pageSize: query.pageSize, total: count } };
}

async function viewOf(parts: DispatchParts, row: DispatchRow): Promise<View> {
  const [view] = await views(parts, [row]);
  if (!view) throw new ApiError('not_found');
  return view;
}

async function views({ database: { models }, vault }: DispatchParts, rows: readonly DispatchRow[]): Promise<View[]> {
  const people = await models.users.findAll({ where: { id: rows.map(({ staffId }) => staffId) }, attributes: ['id', 'name'] });
  const names = new Map(people.map(({ id, name }) => [id, name]));
  return rows.map((row) => ({
    ...{ id: row.id, appointmentId: row.appointmentId, durationMinutes: row.durationMinutes, state: row.state, version: row.version },
    staff: { id: row.staffId, name: names.get(row.staffId) ?? '' },
    startsAt: row.startsAt.toISOString(),
    endsAt: endOf(row).toISOString(),
    locationInfo: open(vault, locationColumn, row.id, row.locationSealed),
    notes: open(vault, notesColumn, row.id, row.notesSealed),
    createdAt: row.createdAt.toISOString(),
  }));
}
