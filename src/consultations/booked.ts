/**
 * The video visits of appointments: made with the confirmation, moved and called off with it; what happens in the room moves the
 * appointment on. Everything in the transaction of what it follows.
 */
import { literal } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { AppointmentRow } from '#src/appointments/model.ts';
import type { Appointments } from '#src/appointments/service.ts';
import type { Database } from '#src/database/database.ts';
import type { Outbox } from '#src/outbox/outbox.ts';
import type { PractitionerLookup } from '#src/practitioners/lookup.ts';
import type { VisitHooks } from './hooks.ts';

export interface BookedParts {
  database: Database;
  outbox: Outbox;
  practitioners: PractitionerLookup;
  visits: VisitHooks;
}

/** Hooks visits and appointments to each other. */
export function linkAppointments(parts: BookedParts, appointments: Pick<Appointments, 'system'>): void {
  const { database, outbox, visits } = parts;
  const { consultations } = database.models;
  const nextVersion = { version: literal('version + 1') as unknown as number };

  appointments.system.listen({
    confirmed: (appointment) => create(parts, appointment),

    async moved({ id, startsAt, endsAt }) {
      const times = { scheduledStart: startsAt, scheduledEnd: endsAt, ...nextVersion };
      await consultations.update(times, { where: { appointmentId: id, status: 'scheduled' } });
    },

    async cancelled({ id }) {
      const visit = await consultations.findOne({ where: { appointmentId: id, status: 'scheduled', cancelledAt: null } });
      if (!visit) return;
      await visit.update({ cancelledAt: new Date(), version: visit.version + 1 });
      // Whoever waits in the room is told by the room.
      await outbox.append('visit.close', { consultationId: visit.id });
    },

    async completed({ id }) {
      const visit = await consultations.findOne({ where: { appointmentId: id } });
      if (visit && visit.status !== 'ended') await outbox.append('visit.close', { consultationId: visit.id });
    },
  });

  async function appointmentOf(consultationId: string): Promise<AppointmentRow | null> {
    const visit = await consultations.findByPk(consultationId, { attributes: ['appointmentId'] });
    return visit?.appointmentId ? appointments.system.row(visit.appointmentId) : null;
  }

  visits.listen({
    async started(consultationId) {
      const appointment = await appointmentOf(consultationId);
      if (appointment?.status === 'confirmed') await appointments.system.start(appointment.id, { actorId: null });
    },
    async ended(consultationId) {
      const appointment = await appointmentOf(consultationId);
      if (appointment?.status === 'in_progress') await appointments.system.complete(appointment.id, { actorId: null });
    },
  });
}

async function create({ database, practitioners }: BookedParts, appointment: AppointmentRow): Promise<void> {
  const { models } = database;
  const { id: appointmentId, userId, profileId, practitionerId, serviceId, startsAt, endsAt } = appointment;
  const practitioner = await practitioners.byId(practitionerId);
  const service = await models.services.findByPk(serviceId, { attributes: ['name'] });
  const patient = profileId ? await models.visitProfiles.findByPk(profileId) : await models.users.findByPk(userId);
  if (!practitioner || !patient) throw new Error(`appointment ${appointmentId} has lost one of its sides`);
  const visit = await models.consultations.create({
    ...{ id: uuid(), title: service?.name ?? '', status: 'scheduled', appointmentId, practitionerUserId: practitioner.userId },
    ...{ scheduledStart: startsAt, scheduledEnd: endsAt, lobby: true, locked: false, roomEpoch: 0, version: 1 },
  });
  const place = { consultationId: visit.id, accessEpoch: 1 };
  await models.members.bulkCreate([
    { ...place, id: uuid(), userId: practitioner.userId, name: practitioner.name, role: 'practitioner' },
    { ...place, id: uuid(), userId, name: patient.name, role: 'patient' },
  ]);
}
