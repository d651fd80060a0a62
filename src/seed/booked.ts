/** Rows of one appointment: the place that it takes, its steps, its order, and its visit by video. */
import { appointmentReason, detailsColumn } from '#src/appointments/model.ts';
import type { AppointmentLogRow, AppointmentStatus } from '#src/appointments/model.ts';
import type { OrderEvent, OrderStatus } from '#src/orders/machine.ts';
import { keepReason } from '#src/crypto/step-reason.ts';
import type { Vault } from '#src/crypto/vault.ts';
import { orderContact, orderReason } from '#src/orders/model.ts';
import { cellRangeOf } from '#src/scheduling/cells.ts';
import { cancelReasons } from './catalogue.ts';
import { MINUTE, type SeedParts } from './plan.ts';
import type { Fate, Visit } from './visits.ts';

const STATUS: Readonly<Record<Fate, AppointmentStatus>> = {
  ...{ pending: 'pending', confirmed: 'confirmed', in_progress: 'in_progress', completed: 'completed', missed: 'completed' },
  ...{ called_off: 'cancelled', expired: 'cancelled' },
};

/** @returns id of the visit by video; null when there never was one */
export function addBooked(parts: SeedParts, visit: Visit): string | null {
  const reason = visit.fate === 'called_off' ? parts.chance.pick(cancelReasons) : null;
  addAppointment(parts, visit, reason);
  addPlace(parts, visit);
  addOrder(parts, visit, reason);
  planWork(parts, visit);
  return visit.paidAt === null ? null : addConsultation(parts, visit);
}

/** When a visit was changed last. */
const lastChange = ({ bookedAt, paidAt, cancelledAt, startedAt, completedAt }: Visit): Date =>
  new Date(Math.max(bookedAt, paidAt ?? 0, cancelledAt ?? 0, startedAt ?? 0, completedAt ?? 0));

const dateOrNull = (time: number | null): Date | null => (time === null ? null : new Date(time));

function addAppointment({ rows, vault, chance, settings, options }: SeedParts, visit: Visit, reason: string | null): void {
  const { id, orderId, patient, visitor, practitioner, service, startsAt, endsAt, fate, queueDay, queueNo } = visit;
  const steps = appointmentSteps(vault, visit, reason);
  const details = { contactPerson: patient.name, contactPhone: patient.phone, notes: chance.one(0.2) ? '希望准时开始' : null };
  const remindedAt = startsAt - settings.get('appointments.reminderMinutes') * MINUTE;
  const reminded = visit.paidAt !== null && remindedAt < options.at.getTime() && (visit.cancelledAt ?? remindedAt) >= remindedAt;
  rows.add('orders', orderOf(visit, { vault }));
  rows.add('appointments', {
    ...{ id, appointmentNo: visit.appointmentNo, orderId, userId: patient.userId, profileId: visitor.profileId },
    ...{ practitionerId: practitioner.id, serviceId: service.id, startsAt: new Date(startsAt), endsAt: new Date(endsAt) },
    ...{ status: STATUS[fate], outcome: fate === 'missed' ? 'patient_absent' : null, queueDay, queueNo, reminderSent: reminded },
    detailsSealed: vault.seal(detailsColumn, id, JSON.stringify(details)),
    ...{ version: steps.length, startedAt: dateOrNull(visit.startedAt), completedAt: dateOrNull(visit.completedAt) },
    ...{ createdAt: new Date(visit.bookedAt), updatedAt: lastChange(visit) },
  });
  rows.add('appointmentLog', ...steps);
}

type Step = [AppointmentLogRow['action'], AppointmentStatus, number, string | null, (string | null)?];

function appointmentSteps(vault: Vault, { id, fate, patient, practitioner, ...visit }: Visit, reason: string | null) {
  const { bookedAt, paidAt, startedAt, completedAt, cancelledAt } = visit;
  const steps: Step[] = [['book', 'pending', bookedAt, patient.userId]];
  if (paidAt !== null) steps.push(['confirm', 'confirmed', paidAt, patient.userId]);
  if (startedAt !== null) steps.push(['start', 'in_progress', startedAt, null]);
  if (completedAt !== null) {
    const missed = fate === 'missed';
    steps.push(['complete', 'completed', completedAt, missed ? practitioner.userId : null, missed ? 'patient_absent' : null]);
  }
  if (cancelledAt !== null && fate === 'expired') steps.push(['cancel', 'cancelled', cancelledAt, null, 'expired']);
  if (cancelledAt !== null && fate !== 'expired') steps.push(['cancel', 'cancelled', cancelledAt, patient.userId, reason]);
  return steps.map(([action, toStatus, at, actorId, why = null], index) => ({
    ...{ appointmentId: id, version: index + 1, action, fromStatus: steps[index - 1]?.[1] ?? null, toStatus },
    ...{ startsAt: new Date(visit.startsAt), actorId, requestId: null, createdAt: new Date(at) },
    ...keepReason(vault, appointmentReason, id, { actorId, reason: why }),
  }));
}

/** Cells are kept by whatever was not called off. */
function addPlace({ rows }: SeedParts, { id, fate, practitioner, visitor, startsAt, endsAt, expiresAt }: Visit): void {
  if (STATUS[fate] === 'cancelled') return;
  const { from, until } = cellRangeOf(startsAt, endsAt);
  const heldUntil = fate === 'pending' ? new Date(expiresAt) : null;
  for (let cell = from; cell < until; cell++) {
    rows.add('appointmentClaims', { practitionerId: practitioner.id, cell, seat: 0, appointmentId: id, heldUntil });
    rows.add('patientClaims', { patientKey: visitor.profileId, cell, appointmentId: id });
  }
}

const ORDER_STATUS: Readonly<Record<Fate, OrderStatus>> = {
  ...{ pending: 'PENDING', confirmed: 'CONFIRMED', in_progress: 'IN_PROGRESS', completed: 'COMPLETED', missed: 'COMPLETED' },
  ...{ called_off: 'CANCELLED', expired: 'CANCELLED' },
};

function orderOf(visit: Visit, { vault }: Pick<SeedParts, 'vault'>) {
  const { id, orderId, patient, practitioner, price, startsAt, fate, paidAt } = visit;
  const contact = { name: patient.name, phone: patient.phone };
  return {
    ...{ id: orderId, orderNo: visit.orderNo, userId: patient.userId, type: 'consultation' as const, status: ORDER_STATUS[fate] },
    ...{ amount: price, refunded: fate === 'called_off' ? price : 0, expiresAt: new Date(visit.expiresAt), paidAt: dateOrNull(paidAt) },
    paymentNo: visit.paymentId?.replaceAll('-', '') ?? null,
    contactSealed: vault.seal(orderContact, orderId, JSON.stringify(contact)),
    serviceInfo: { appointmentId: id, startsAt: new Date(startsAt).toISOString(), practitionerId: practitioner.id },
    ...{ version: orderSteps(visit, null).length, createdAt: new Date(visit.bookedAt), updatedAt: lastChange(visit) },
  };
}

function addOrder({ rows, vault, chance }: SeedParts, visit: Visit, reason: string | null): void {
  const { orderId, service, practitioner, price } = visit;
  const title = `${service.name} · ${practitioner.name}`;
  const item = { kind: 'consultation', refId: service.id, title, unitPrice: price, quantity: 1, amount: price } as const;
  rows.add('orderItems', { id: chance.id(visit.bookedAt), orderId, ...item });
  const steps = orderSteps(visit, reason);
  const log = steps.map(([event, toStatus, at, actorId, why], index) => ({
    ...{ orderId, version: index + 1, event, fromStatus: steps[index - 1]?.[1] ?? null, toStatus, actorId },
    ...{ requestId: null, createdAt: new Date(at) },
    ...keepReason(vault, orderReason, orderId, { actorId, reason: why }),
  }));
  rows.add('orderLog', ...log);
}

type OrderStep = [OrderEvent | 'CREATE', OrderStatus, number, string | null, string | null];

function orderSteps({ fate, patient, ...visit }: Visit, reason: string | null): OrderStep[] {
  const { bookedAt, paidAt, startedAt, completedAt, cancelledAt } = visit;
  const { userId } = patient;
  const steps: OrderStep[] = [['CREATE', 'PENDING', bookedAt, userId, null]];
  if (paidAt !== null) steps.push(['PAY_SUCCESS', 'PAID', paidAt, null, null], ['CONFIRM', 'CONFIRMED', paidAt, userId, null]);
  const begun = startedAt ?? completedAt;
  if (begun !== null) steps.push(['START_SERVICE', 'IN_PROGRESS', begun, null, null]);
  if (completedAt !== null) steps.push(['COMPLETE_SERVICE', 'COMPLETED', completedAt, null, null]);
  if (cancelledAt !== null && fate === 'expired') steps.push(['PAY_FAIL', 'CANCELLED', cancelledAt, null, 'expired']);
  if (cancelledAt !== null && fate === 'called_off') steps.push(['CANCEL', 'CANCELLED', cancelledAt, userId, reason]);
  return steps;
}

/** What is still to come: reminders of visits ahead, and the end of holds. Nothing is told of what has been. */
function planWork({ rows, chance, settings, options }: SeedParts, { id, orderId, fate, startsAt, expiresAt }: Visit): void {
  const at = options.at.getTime();
  const outboxRow = (topic: string, key: string, payload: object, runAt: Date) => ({
    ...{ id: chance.id(at), topic, dedupeKey: `${topic}:${key}`, payload: JSON.stringify(payload), state: 'ready' as const },
    ...{ runAt, createdAt: new Date(at) },
  });
  if (fate === 'pending') rows.add('outbox', outboxRow('order.expire', orderId, { orderId }, new Date(expiresAt)));
  const remindAt = startsAt - settings.get('appointments.reminderMinutes') * MINUTE;
  if (fate !== 'confirmed' || remindAt <= at) return;
  const payload = { appointmentId: id, startsAt: new Date(startsAt).toISOString() };
  rows.add('outbox', outboxRow('appointment.remind', id, payload, new Date(remindAt)));
}

const VISIT_VERSIONS = { scheduled: 1, active: 3, ended: 4 } as const;

function addConsultation({ rows, chance }: SeedParts, visit: Visit): string {
  const { id: appointmentId, fate, practitioner, patient, visitor, service, startsAt, endsAt, paidAt, cancelledAt } = visit;
  const createdAt = new Date(paidAt ?? 0);
  const [id, leader, guest] = [0, 1, 2].map(() => chance.id(createdAt.getTime())) as [string, string, string];
  const status = fate === 'confirmed' ? 'scheduled' : fate === 'in_progress' ? 'active' : 'ended';
  const endedAt = status === 'ended' ? new Date(cancelledAt ?? visit.completedAt ?? 0) : null;
  rows.add('consultations', {
    ...{ id, title: service.name, status, practitionerUserId: practitioner.userId, appointmentId },
    ...{ scheduledStart: new Date(startsAt), scheduledEnd: new Date(endsAt), startedAt: dateOrNull(visit.startedAt), endedAt },
    ...{ endedByMemberId: endedAt ? leader : null, cancelledAt: dateOrNull(cancelledAt), lobby: true, locked: false },
    ...{ roomEpoch: status === 'scheduled' ? 0 : 1, version: VISIT_VERSIONS[status], createdAt, updatedAt: lastChange(visit) },
  });
  const place = { consultationId: id, accessEpoch: 1, createdAt };
  rows.add(
    'members',
    { ...place, id: leader, userId: practitioner.userId, name: practitioner.name, role: 'practitioner' },
    { ...place, id: guest, userId: patient.userId, name: visitor.name, role: 'patient' },
  );
  return id;
}
