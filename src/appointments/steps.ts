/**
 * The states of an appointment (SCH-14..18) and its moves. Each step is a guarded update with a log row, what it tells people, and
 * what others hook to it, in one transaction. Money is moved by the order: steps that cost or free money go through it.
 */
import { keepReason } from '#src/crypto/step-reason.ts';
import { nextOf, dayNumber } from '#src/database/sequence.ts';
import { ApiError } from '#src/errors.ts';
import { claimPlace, findPlace, freeClaims, keepClaims } from './claims.ts';
import { type AppointmentLogRow, appointmentReason, type AppointmentRow, type AppointmentStatus } from './model.ts';
import type { ActionOptions, AppointmentListener, AppointmentParts } from './parts.ts';
import { planReminder, tellBoth, tellOfHold } from './telling.ts';

/** From which states into which. */
const STEPS: Readonly<Record<AppointmentStatus, readonly AppointmentStatus[]>> = {
  pending: [],
  confirmed: ['pending'],
  in_progress: ['confirmed'],
  completed: ['confirmed', 'in_progress'],
  cancelled: ['pending', 'confirmed'],
};

type Action = AppointmentLogRow['action'];
type Values = Partial<
  Pick<AppointmentRow, 'queueDay' | 'queueNo' | 'startedAt' | 'completedAt' | 'startsAt' | 'endsAt' | 'outcome' | 'detailsSealed'>
>;

export interface Steps {
  listen(listener: AppointmentListener): void;
  /** The order was paid: the place is the patient's, with a number in the line of its day. */
  confirm(id: string, options: ActionOptions): Promise<void>;
  start(id: string, options: ActionOptions): Promise<void>;
  complete(id: string, options: ActionOptions): Promise<void>;
  /** Its order was closed or called off: the place is free. */
  release(id: string, options: ActionOptions): Promise<void>;
  /** To another time, with every check of a booking. @throws {ApiError} as a booking does; `wrong_state` */
  move(id: string, startsAt: Date, options: ActionOptions): Promise<void>;
  /** Writes other values, without a change of state. */
  change(id: string, values: Values, options: ActionOptions): Promise<void>;
  /** @throws {ApiError} `not_found` */
  row(id: string): Promise<AppointmentRow>;
}

export function createSteps(parts: AppointmentParts): Steps {
  const { models } = parts.database;
  const listeners: AppointmentListener[] = [];

  async function tell(name: keyof AppointmentListener, appointment: AppointmentRow, reason: string | null): Promise<void> {
    for (const listener of listeners) await listener[name]?.(appointment, reason);
  }

  return {
    listen: (listener) => void listeners.push(listener),
    async row(id) {
      const found = await models.appointments.findByPk(id);
      if (!found) throw new ApiError('not_found');
      return found;
    },
    ...createStates(parts, tell),
    ...createMoves(parts, tell),
  };
}

type Tell = (name: keyof AppointmentListener, appointment: AppointmentRow, reason: string | null) => Promise<void>;

interface Step {
  id: string;
  action: Action;
  /** Null: the state stays. */
  to: AppointmentStatus | null;
  from: readonly AppointmentStatus[];
  values: Values;
}

/** One step, under the row's lock. @throws {ApiError} `not_found`, `wrong_state` when it is in none of the states */
async function take(
  { database: { models }, vault }: AppointmentParts,
  { id, action, to, from, values }: Step,
  options: ActionOptions,
): Promise<AppointmentRow> {
  const row = await models.appointments.findByPk(id, { lock: true });
  if (!row) throw new ApiError('not_found');
  const { status: fromStatus } = row;
  if (!from.includes(fromStatus)) throw new ApiError('wrong_state', { details: [{ status: fromStatus, action }] });
  const toStatus = to ?? fromStatus;
  await row.update({ ...values, status: toStatus, version: row.version + 1 });
  const { actorId, requestId = null } = options;
  const { version, startsAt } = row;
  const step = { appointmentId: id, version, action, fromStatus, toStatus, startsAt, actorId, requestId };
  await models.appointmentLog.create({ ...step, ...keepReason(vault, appointmentReason, id, options) });
  return row;
}

async function fire(
  { orders }: AppointmentParts,
  { orderId }: AppointmentRow,
  event: 'CONFIRM' | 'START_SERVICE' | 'COMPLETE_SERVICE',
  options: ActionOptions,
) {
  if (orderId) await orders.fire(orderId, event, { actorId: options.actorId, requestId: options.requestId ?? undefined });
}

function createStates(parts: AppointmentParts, tell: Tell): Pick<Steps, 'confirm' | 'start' | 'complete' | 'release'> {
  const { database, outbox, settings } = parts;
  const { transaction } = database;
  const to = (id: string, action: Action, status: AppointmentStatus, values: Values = {}): Step => ({
    id,
    action,
    to: status,
    from: STEPS[status],
    values,
  });

  return {
    confirm: (id, options) =>
      transaction(async () => {
        const appointment = await take(parts, to(id, 'confirm', 'confirmed'), options);
        const { practitionerId, startsAt } = appointment;
        const queueDay = dayNumber(startsAt, settings.get('clinic.zone'));
        await appointment.update({ queueDay, queueNo: await nextOf(database, `queue:${practitionerId}:${queueDay}`) });
        await keepClaims(database, id);
        await fire(parts, appointment, 'CONFIRM', options);
        await planReminder(parts, appointment);
        await tellBoth(parts, appointment, 'appointment.confirmed', options);
        await tell('confirmed', appointment, null);
      }),

    start: (id, options) =>
      transaction(async () => {
        const appointment = await take(parts, to(id, 'start', 'in_progress', { startedAt: new Date() }), options);
        await fire(parts, appointment, 'START_SERVICE', options);
      }),

    complete: (id, options) =>
      transaction(async () => {
        const appointment = await take(parts, to(id, 'complete', 'completed', { completedAt: new Date() }), options);
        if (!appointment.startedAt) await fire(parts, appointment, 'START_SERVICE', options);
        await fire(parts, appointment, 'COMPLETE_SERVICE', options);
        await tell('completed', appointment, options.reason ?? null);
      }),

    release: (id, options) =>
      transaction(async () => {
        const appointment = await take(parts, to(id, 'cancel', 'cancelled'), options);
        await freeClaims(database, id);
        await outbox.cancel(`appointment.remind:${id}`);
        // A hold that was never paid concerns its patient only, who needs not be told what they have done themselves.
        if (appointment.queueNo) await tellBoth(parts, appointment, 'appointment.cancelled', options);
        else if (options.actorId !== appointment.userId) await tellOfHold(parts, appointment, options);
        await tell('cancelled', appointment, options.reason ?? null);
      }),
  };
}

function createMoves(parts: AppointmentParts, tell: Tell): Pick<Steps, 'move' | 'change'> {
  const { models, transaction } = parts.database;
  const from: readonly AppointmentStatus[] = ['pending', 'confirmed'];

  return {
    move: (id, startsAt, options) =>
      transaction(async () => {
        const before = await models.appointments.findByPk(id, { lock: true });
        if (!before) throw new ApiError('not_found');
        if (!from.includes(before.status)) throw new ApiError('wrong_state', { details: [{ status: before.status, action: 'move' }] });
        const { endsAt } = await place(parts, before, startsAt);
        const values = { startsAt, endsAt, ...(await newNumber(parts, before, startsAt)) };
        const after = await take(parts, { id, action: 'move', to: null, from, values }, options);
        if (after.status !== 'confirmed') return;
        await planReminder(parts, after);
        await tellBoth(parts, after, 'appointment.moved', options);
        await tell('moved', after, options.reason ?? null);
      }),

    change: (id, values, options) =>
      transaction(async () => void (await take(parts, { id, action: 'change', to: null, from, values }, options))),
  };
}

/** Gives the old cells free and claims new ones: both or neither. */
async function place(parts: AppointmentParts, appointment: AppointmentRow, startsAt: Date) {
  const { database, offerings, schedules } = parts;
  const { id, practitionerId, serviceId, userId, profileId } = appointment;
  const { durationMinutes, category } = await offerings.active(serviceId);
  const calendar = await schedules.calendarOf(practitionerId);
  const question = {
    practitionerId,
    calendar,
    limits: schedules.limits(),
    startsAt,
    minutes: durationMinutes,
    serviceType: category,
    except: id,
  };
  const found = await findPlace(database, question);
  const [held] = await database.models.appointmentClaims.findAll({ where: { appointmentId: id }, limit: 1 });
  await freeClaims(database, id);
  await claimPlace(
    parts,
    { appointmentId: id, practitionerId, patientKey: profileId ?? userId, heldUntil: held?.heldUntil ?? null },
    question,
    found,
  );
  return found;
}

/** A place in the line of the new day; on the same day one keeps one's number. */
async function newNumber({ database, settings }: AppointmentParts, { practitionerId, queueDay, queueNo }: AppointmentRow, startsAt: Date) {
  const day = dayNumber(startsAt, settings.get('clinic.zone'));
  if (queueNo === null || day === queueDay) return {};
  return { queueDay: day, queueNo: await nextOf(database, `queue:${practitionerId}:${day}`) };
}
