/** Books an appointment: place, order and appointment are written together or not at all (SCH-09..13). */
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { dayNumber, nextOf } from '#src/database/sequence.ts';
import { ApiError } from '#src/errors.ts';
import { toFen, toYuan } from '#src/money.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { claimPlace, findPlace, type Place, type PlaceQuestion } from './claims.ts';
import { sweepHolds } from './late-holds.ts';
import { detailsColumn } from './model.ts';
import type { AppointmentParts } from './parts.ts';
import type { newAppointment } from './schemas.ts';

type Input = z.infer<typeof newAppointment>;

/**
 * @returns id of the appointment
 * @throws {ApiError} `unknown_service`, `unknown_practitioner`, `not_found` (profile), `slot_taken`, `slot_unavailable` with reasons,
 *   `patient_busy`, `too_many_holds`, `price_changed` with the price
 */
export function book(parts: AppointmentParts, caller: Caller, input: Input): Promise<string> {
  return parts.database.transaction(() => decide(parts, caller, input));
}

async function decide(parts: AppointmentParts, caller: Caller, input: Input): Promise<string> {
  const { database, offerings, practitioners, profiles, schedules, settings } = parts;
  const service = await offerings.active(input.serviceId);
  const practitioner = await practitioners.byId(input.practitionerId);
  if (!practitioner?.bookable) throw new ApiError('unknown_practitioner');
  if (practitioner.userId === caller.userId) throw new ApiError('slot_unavailable');
  if (input.profileId) await profiles.own(caller.userId, input.profileId);
  const startsAt = new Date(input.scheduledTime);
  const heldUntil = new Date(Date.now() + settings.get('appointments.holdMinutes') * 60_000);
  await sweepHolds(parts, practitioner.id);
  await limitHolds(parts, caller.userId);
  const calendar = await schedules.calendarOf(practitioner.id);
  const question = {
    ...{ practitionerId: practitioner.id, calendar, limits: schedules.limits(), startsAt },
    ...{ minutes: service.durationMinutes, serviceType: service.category },
  };
  const place = await findPlace(database, question);
  const at = { serviceId: service.id, practitionerId: practitioner.id, at: startsAt };
  const price = await offerings.quoteFor(caller.userId, at);
  if (input.amount !== undefined && toFen(input.amount) !== price)
    throw new ApiError('price_changed', { details: [{ amount: toYuan(price) }] });
  return write(parts, caller, input, { question, place, heldUntil, price, title: `${service.name} · ${practitioner.name}` });
}

interface Decided {
  question: PlaceQuestion;
  place: Place;
  heldUntil: Date;
  price: number;
  title: string;
}

async function write(parts: AppointmentParts, caller: Caller, input: Input, decided: Decided): Promise<string> {
  const { question, place, heldUntil, price, title } = decided;
  const { database, vault, settings } = parts;
  const { models } = database;
  const { serviceId, practitionerId, profileId, contactPerson, contactPhone, notes } = input;
  const id = uuid();
  const day = dayNumber(new Date(), settings.get('clinic.zone'));
  await models.appointments.create({
    ...{ id, userId: caller.userId, profileId, practitionerId, serviceId, status: 'pending', version: 1 },
    // Known to be unique already; the day's number takes its place below, once all else is done.
    appointmentNo: id.replaceAll('-', ''),
    startsAt: place.startsAt,
    endsAt: place.endsAt,
    detailsSealed: vault.seal(detailsColumn, id, JSON.stringify({ contactPerson, contactPhone, notes })),
  });
  const claimant = { appointmentId: id, practitionerId, patientKey: profileId ?? caller.userId, heldUntil };
  await claimPlace(parts, claimant, question, place);
  const step = { appointmentId: id, version: 1, action: 'book', fromStatus: null, toStatus: 'pending', startsAt: place.startsAt } as const;
  await models.appointmentLog.create({ ...step, actorId: caller.userId, reason: null, requestId: caller.requestId });
  const order = await parts.orders.create(
    {
      ...{ userId: caller.userId, type: 'consultation', expiresAt: price === 0 ? null : heldUntil },
      items: [{ kind: 'consultation', refId: serviceId, title, unitPrice: price }],
      contact: { name: contactPerson, phone: contactPhone },
      serviceInfo: { appointmentId: id, startsAt: place.startsAt.toISOString(), practitionerId },
    },
    caller.requestId,
  );
  // Last: bookings of the day wait for each other from here to the commit.
  const number = await nextOf(database, `appointment:${day}`);
  await models.appointments.update({ orderId: order.id, appointmentNo: `APT${day}${String(number).padStart(4, '0')}` }, { where: { id } });
  return id;
}

/** @throws {ApiError} `too_many_holds` */
async function limitHolds({ database: { models }, settings }: AppointmentParts, userId: string): Promise<void> {
  const held = await models.appointments.count({ where: { userId, status: 'pending' } });
  if (held >= settings.get('appointments.perPatientHolds')) throw new ApiError('too_many_holds');
}
