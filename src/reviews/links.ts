/** What notifications say of waiting lines and reviews. */
import type { Database } from '#src/database/database.ts';
import type { Notifications } from '#src/notifications/service.ts';
import type { PractitionerLookup } from '#src/practitioners/lookup.ts';

export function describeClinical(
  notifications: Pick<Notifications, 'describe'>,
  { models }: Database,
  practitioners: Pick<PractitionerLookup, 'byId'>,
): void {
  notifications.describe('queue', async (appointmentId) => {
    const entry = await models.queueEntries.findByPk(appointmentId);
    const practitioner = entry && (await practitioners.byId(entry.practitionerId));
    const visit = await models.consultations.findOne({ where: { appointmentId }, attributes: ['id'] });
    return entry && practitioner && visit ? { practitioner: practitioner.name, path: `/visit/${visit.id}` } : null;
  });
  notifications.describe('review', async (id) => {
    const review = await models.reviews.findByPk(id);
    const practitioner = review?.practitionerId && (await practitioners.byId(review.practitionerId));
    if (!review || !practitioner) return null;
    const { appointmentId, consultationId } = review;
    return { practitioner: practitioner.name, path: appointmentId ? `/appointments/${appointmentId}` : `/visits/${consultationId}` };
  });
}
