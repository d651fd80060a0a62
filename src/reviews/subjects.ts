/** What can be reviewed (REV-01, REV-06, VID-05): something of one's own that is completed. */
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { PractitionerLookup } from '#src/practitioners/lookup.ts';
import type { ReviewRow } from './model.ts';
import type * as schemas from './schemas.ts';

/** The columns that say what a review is of. */
export type Subject = Pick<ReviewRow, 'practitionerId'> &
  Partial<Pick<ReviewRow, 'appointmentId' | 'consultationId' | 'orderId' | 'serviceId'>>;

type Named = Pick<z.infer<typeof schemas.newReview>, 'appointmentId' | 'consultationId' | 'orderId'>;

/**
 * Finds what is to be reviewed. What belongs to an appointment is reviewed as that appointment, so that one visit has one review.
 * @throws {ApiError} `not_found`, `wrong_state`
 */
export async function subjectOf(
  { models }: Database,
  practitioners: Pick<PractitionerLookup, 'byUser'>,
  userId: string,
  { appointmentId, consultationId, orderId }: Named,
): Promise<Subject> {
  if (appointmentId) return ofAppointment({ id: appointmentId });
  if (consultationId) return ofConsultation(consultationId);
  return ofOrder(orderId ?? '');

  async function ofAppointment(where: { id: string }): Promise<Subject> {
    const appointment = await models.appointments.findOne({ where: { ...where, userId } });
    if (!appointment) throw new ApiError('not_found');
    if (appointment.status !== 'completed' || appointment.outcome === 'patient_absent') throw new ApiError('wrong_state');
    const { id, practitionerId, serviceId } = appointment;
    return { appointmentId: id, practitionerId, serviceId };
  }

  async function ofConsultation(id: string): Promise<Subject> {
    const member = await models.members.findOne({ where: { consultationId: id, userId, role: 'patient' } });
    const visit = member && (await models.consultations.findByPk(id));
    if (!visit) throw new ApiError('not_found');
    if (visit.appointmentId) return ofAppointment({ id: visit.appointmentId });
    if (visit.status !== 'ended' || !visit.startedAt || visit.cancelledAt) throw new ApiError('wrong_state');
    const practitioner = await practitioners.byUser(visit.practitionerUserId);
    return { consultationId: id, practitionerId: practitioner?.id ?? null };
  }

  async function ofOrder(id: string): Promise<Subject> {
    const order = await models.orders.findOne({ where: { id, userId } });
    if (!order) throw new ApiError('not_found');
    const appointment = await models.appointments.findOne({ where: { orderId: id }, attributes: ['id'] });
    if (appointment) return ofAppointment({ id: appointment.id });
    if (order.status !== 'COMPLETED' || order.type === 'drug') throw new ApiError('wrong_state');
    const item = await models.orderItems.findOne({ where: { orderId: id, kind: ['service', 'consultation'] }, order: ['id'] });
    return { orderId: id, practitionerId: null, serviceId: item?.refId ?? null };
  }
}
