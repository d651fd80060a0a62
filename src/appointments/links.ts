/** What other modules are told of appointments. */
import { readReason } from '#src/crypto/step-reason.ts';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import type { Notifications } from '#src/notifications/service.ts';
import type { CareSource } from '#src/patients/care-relations.ts';
import type { PractitionerLookup } from '#src/practitioners/lookup.ts';
import { appointmentReason } from './model.ts';
import { systemReasons } from './telling.ts';

/** Whoever has a confirmed appointment with a practitioner is their patient. */
export const appointmentCare: CareSource = {
  patients: `SELECT b.user_id AS patient FROM appointments b JOIN practitioners d ON d.id = b.practitioner_id
    WHERE d.user_id = :practitioner AND b.status IN ('confirmed', 'in_progress', 'completed')`,
  patient: 'b.user_id',
};

/** What a notification about an appointment says: to the patient with whom it is, to the practitioner for whom. */
export function describeAppointments(
  notifications: Pick<Notifications, 'describe'>,
  { models }: Database,
  vault: Vault,
  practitioners: Pick<PractitionerLookup, 'byId'>,
): void {
  notifications.describe('appointment', async (id, { userId, kind }) => {
    const appointment = await models.appointments.findByPk(id);
    if (!appointment) return null;
    const { practitionerId, profileId, userId: patientId, startsAt } = appointment;
    const patient = profileId ? await models.visitProfiles.findByPk(profileId) : await models.users.findByPk(patientId);
    const practitioner = await practitioners.byId(practitionerId);
    const other = userId === patientId ? practitioner?.name : patient?.name;
    const last = await models.appointmentLog.findAll({ where: { appointmentId: id }, order: [['version', 'DESC']], limit: 2 });
    const said = last[0] ? readReason(vault, appointmentReason, id, last[0]) : null;
    const before = kind === 'appointment.moved' ? last[1]?.startsAt : undefined;
    return {
      practitioner: other ?? '',
      startsAt: startsAt.toISOString(),
      movedFrom: (before ?? startsAt).toISOString(),
      reason: systemReasons[said ?? ''] ?? said ?? '—',
      path: `/appointments/${id}`,
    };
  });
}
