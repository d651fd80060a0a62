/** Appointments as patients, practitioners and staff deal with them. */
import type { z } from 'zod';
import { ApiError } from '#src/errors.ts';
import { toYuan } from '#src/money.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { calendarFile } from '#src/scheduling/calendar-file.ts';
import { book } from './booking.ts';
import { settleLateHolds } from './late-holds.ts';
import { details as detailsSchema, detailsColumn, type AppointmentRow } from './model.ts';
import type { ActionOptions, AppointmentListener, AppointmentParts } from './parts.ts';
import { type AppointmentReading, createReading } from './reading.ts';
import type * as schemas from './schemas.ts';
import { createSteps, type Steps } from './steps.ts';
import { tell } from './telling.ts';

type View = z.infer<typeof schemas.appointmentView>;

/** Methods on one appointment throw `ApiError` `not_found` when the caller may not know of it, `wrong_state` when it cannot be. */
export interface Appointments {
  /** What has to be asked of others first. Not inside of a transaction. */
  prepare(input: Pick<z.infer<typeof schemas.newAppointment>, 'practitionerId'>): Promise<void>;
  /** @throws {ApiError} see `booking.ts` */
  book(caller: Caller, input: z.infer<typeof schemas.newAppointment>): Promise<z.infer<typeof schemas.booked>>;
  list(caller: Caller, query: z.infer<typeof schemas.query>): Promise<z.infer<typeof schemas.list>>;
  get(caller: Caller, id: string): Promise<View>;
  /** Time, contact or notes. @throws {ApiError} `too_late` for a patient who moves it shortly before */
  change(caller: Caller, id: string, change: z.infer<typeof schemas.change>): Promise<View>;
  /** Frees the place and starts the refund. @throws {ApiError} `too_late` */
  cancel(caller: Caller, id: string, reason: string): Promise<View>;
  /** By its practitioner or staff. */
  start(caller: Caller, id: string): Promise<View>;
  complete(caller: Caller, id: string): Promise<View>;
  /** Somebody did not come: the patient's absence uses the visit up, the practitioner's calls it off. @throws {ApiError} `too_early` */
  absent(caller: Caller, id: string, who: 'patient' | 'practitioner'): Promise<View>;
  calendar(caller: Caller, id: string): Promise<{ name: string; text: string }>;
  /** For other modules; no caller is asked. */
  readonly system: {
    listen(listener: AppointmentListener): void;
    row(id: string): Promise<AppointmentRow>;
    start(id: string, options: ActionOptions): Promise<void>;
    complete(id: string, options: ActionOptions): Promise<void>;
    move(id: string, startsAt: Date, options: ActionOptions): Promise<void>;
    cancel(id: string, options: ActionOptions): Promise<void>;
    /** Sends the reminder unless it was sent, the time has changed, or the visit is off. */
    remind(id: string, startsAt: string): Promise<void>;
  };
}

/** How long after its start somebody counts as absent, in milliseconds. */
const ABSENT_AFTER_MS = 15 * 60_000;

export function createAppointments(parts: AppointmentParts): Appointments {
  const steps = createSteps(parts);
  const reading = createReading(parts);
  followOrders(parts, steps);
  const cancel = (id: string, options: ActionOptions) => callOff(parts, steps, id, options);

  return {
    list: reading.list,
    get: reading.get,
    calendar: async (caller, id) => calendarOf(parts, await reading.get(caller, id)),
    prepare: ({ practitionerId }) => settleLateHolds(parts, practitionerId),
    book: async (caller, input) => bookedView(parts, await steps.row(await book(parts, caller, input))),
    ...createChanges(parts, steps, reading),
    ...createServing(parts, steps, reading),
    system: {
      ...{ listen: steps.listen, row: steps.row, start: steps.start, complete: steps.complete, move: steps.move, cancel },
      remind: (id, startsAt) => remind(parts, id, startsAt),
    },
  };
}

const by = ({ userId, requestId }: Caller, reason?: string): ActionOptions => ({ actorId: userId, requestId, reason });

/** What becomes of its order becomes of an appointment. */
function followOrders(parts: AppointmentParts, steps: Steps): void {
  const { database, orders } = parts;
  const { models } = database;
  orders.listen('consultation', {
    async paid(order) {
      const id = appointmentOf(order.serviceInfo);
      // An order that costs nothing is paid before the appointment knows of it.
      await models.appointments.update({ orderId: order.id }, { where: { id, orderId: null } });
      await steps.confirm(id, { actorId: order.userId });
    },
    // Its own route is not the only way to an appointment's end.
    beforeCallOff: async (order) => mindNotice(parts, await steps.row(appointmentOf(order.serviceInfo))),
    closed: (order, reason, actorId) => steps.release(appointmentOf(order.serviceInfo), { actorId, reason }),
    cancelled: (order, reason, actorId) => steps.release(appointmentOf(order.serviceInfo), { actorId, reason }),
  });
}

async function callOff(
  { orders }: AppointmentParts,
  steps: Steps,
  id: string,
  { actorId, reason, requestId }: ActionOptions,
): Promise<void> {
  const { orderId } = await steps.row(id);
  const options = { actorId, reason: reason ?? undefined, requestId: requestId ?? undefined };
  if (orderId) await orders.fire(orderId, 'CANCEL', options);
}

async function bookedView({ database: { models } }: AppointmentParts, row: AppointmentRow): Promise<z.infer<typeof schemas.booked>> {
  const { id: appointmentId, appointmentNo, status, startsAt, orderId } = row;
  const { id, orderNo, amount, expiresAt } = await models.orders.findByPk(orderId ?? '', { rejectOnEmpty: true });
  const payUntil = status === 'pending' ? (expiresAt?.toISOString() ?? null) : null;
  return {
    appointmentId,
    appointmentNo,
    orderId: id,
    orderNo,
    status,
    scheduledTime: startsAt.toISOString(),
    amount: toYuan(amount),
    payUntil,
  };
}

function createChanges(parts: AppointmentParts, steps: Steps, reading: AppointmentReading): Pick<Appointments, 'change' | 'cancel'> {
  return {
    async change(caller, id, { scheduledTime, ...fields }) {
      const { row, side } = await reading.visible(caller, id);
      if (side === 'patient' && scheduledTime) mindNotice(parts, row);
      await parts.database.transaction(async () => {
        if (scheduledTime) await steps.move(id, new Date(scheduledTime), by(caller));
        if (Object.keys(fields).length > 0) await steps.change(id, { detailsSealed: resealed(parts, row, fields) }, by(caller));
      });
      return reading.get(caller, id);
    },

    async cancel(caller, id, reason) {
      const { row, side } = await reading.visible(caller, id);
      if (side === 'patient') mindNotice(parts, row);
      await callOff(parts, steps, id, by(caller, reason));
      return reading.get(caller, id);
    },
  };
}

function createServing(
  parts: AppointmentParts,
  steps: Steps,
  reading: AppointmentReading,
): Pick<Appointments, 'start' | 'complete' | 'absent'> {
  return {
    async start(caller, id) {
      await reading.served(caller, id);
      await steps.start(id, by(caller));
      return reading.get(caller, id);
    },

    async complete(caller, id) {
      await reading.served(caller, id);
      await steps.complete(id, by(caller));
      return reading.get(caller, id);
    },

    async absent(caller, id, who) {
      const { startsAt } = await reading.served(caller, id);
      if (Date.now() < startsAt.getTime() + ABSENT_AFTER_MS) throw new ApiError('too_early');
      await parts.database.transaction(async () => {
        await steps.change(id, { outcome: `${who}_absent` as const }, by(caller, `${who}_absent`));
        if (who === 'patient') await steps.complete(id, by(caller, 'patient_absent'));
        else await callOff(parts, steps, id, by(caller, 'practitioner_absent'));
      });
      return reading.get(caller, id);
    },
  };
}

const appointmentOf = (info: Record<string, unknown>): string => String(info['appointmentId']);

/** @throws {ApiError} `too_late` */
function mindNotice({ settings }: AppointmentParts, { startsAt, status }: AppointmentRow): void {
  const notice = settings.get('appointments.cancelNoticeMinutes') * 60_000;
  if (status === 'confirmed' && Date.now() > startsAt.getTime() - notice) throw new ApiError('too_late');
}

function resealed({ vault }: AppointmentParts, { id, detailsSealed }: AppointmentRow, fields: object): string {
  const before = detailsSchema.parse(JSON.parse(vault.open(detailsColumn, id, detailsSealed)));
  return vault.seal(detailsColumn, id, JSON.stringify(detailsSchema.parse({ ...before, ...fields })));
}

async function calendarOf({ settings, publicUrl }: AppointmentParts, view: View): Promise<{ name: string; text: string }> {
  const site = publicUrl();
  const text = calendarFile({
    appointmentId: view.id,
    appointmentNo: view.appointmentNo,
    sequence: view.version,
    cancelled: view.status === 'cancelled',
    start: Date.parse(view.startsAt),
    end: Date.parse(view.endsAt),
    changedAt: Date.parse(view.log.at(-1)?.at ?? view.createdAt),
    zone: settings.get('clinic.zone'),
    language: 'zh',
    service: view.service.name,
    practitioner: view.practitioner.name,
    url: view.consultationId && `${site}/visit/${view.consultationId}`,
    place: settings.get('clinic.name'),
    alarmMinutes: settings.get('appointments.reminderMinutes'),
    people: null,
    domain: new URL(site).hostname,
  });
  return { name: `${view.appointmentNo}.ics`, text };
}

function remind(parts: AppointmentParts, id: string, startsAt: string): Promise<void> {
  const { models, transaction } = parts.database;
  return transaction(async () => {
    // A visit that began while the job was late needs no reminder.
    if (Date.parse(startsAt) < Date.now()) return;
    const due = { id, status: 'confirmed' as const, reminderSent: false, startsAt: new Date(startsAt) };
    const [changed] = await models.appointments.update({ reminderSent: true }, { where: due });
    const row = changed > 0 ? await models.appointments.findByPk(id) : null;
    if (row) await tell(parts, row, row.userId, 'appointment.reminder', { actorId: null });
  });
}
