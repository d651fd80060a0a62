/** What the timeline shows, kind by kind. Orders are the patient's own affair. */
import { isOver } from '#src/consultations/model.ts';
import { titleOf } from '#src/consultations/title.ts';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import type { TimelineSource } from './timeline.ts';

export function timelineSources(database: Database, vault: Vault): TimelineSource[] {
  const stay = [stays(database, 'admission', 'admitted_at'), stays(database, 'discharge', 'discharged_at')];
  return [visits(database, vault), appointments(database), records(database), ...stay, prescriptions(database), orders(database)];
}

const VISITS = `SELECT c.id AS id, COALESCE(c.started_at, c.scheduled_start) AS at FROM consultation_members m
  JOIN consultations c ON c.id = m.consultation_id WHERE m.role = 'patient' AND m.user_id = :patient`;

function visits({ models }: Database, vault: Vault): TimelineSource {
  return {
    kind: 'visit',
    care: true,
    select: VISITS,
    async describe(ids) {
      const rows = await models.consultations.findAll({ where: { id: [...ids] } });
      const names = await namesOf(
        models,
        rows.map((row) => row.practitionerUserId),
      );
      return new Map(
        rows.map((row) => {
          const status = row.cancelledAt ? 'cancelled' : isOver(row) ? 'ended' : row.status;
          return [row.id, { title: titleOf(vault, row), status, with: names.get(row.practitionerUserId) ?? null }];
        }),
      );
    },
  };
}

function records({ models }: Database): TimelineSource {
  return {
    kind: 'record',
    care: true,
    select: 'SELECT r.id AS id, r.visited_at AS at FROM medical_records r WHERE r.patient_user_id = :patient',
    async describe(ids) {
      const rows = await models.medicalRecords.findAll({ where: { id: [...ids] } });
      const names = await namesOf(
        models,
        rows.map(({ authorUserId }) => authorUserId),
      );
      return new Map(rows.map(({ id, kind, authorUserId }) => [id, { title: kind, status: null, with: names.get(authorUserId) ?? null }]));
    },
  };
}

function stays({ models }: Database, kind: 'admission' | 'discharge', column: 'admitted_at' | 'discharged_at'): TimelineSource {
  return {
    kind,
    care: true,
    select: `SELECT a.id AS id, a.${column} AS at FROM admissions a WHERE a.patient_user_id = :patient AND a.${column} IS NOT NULL`,
    async describe(ids) {
      const rows = await models.admissions.findAll({ where: { id: [...ids] } });
      const names = await practitionersOf(
        models,
        rows.map(({ attendingId }) => attendingId),
      );
      return new Map(
        rows.map(({ id, admissionNo, state, attendingId }) => [
          id,
          { title: admissionNo, status: state, with: names.get(attendingId) ?? null },
        ]),
      );
    },
  };
}

function appointments({ models }: Database): TimelineSource {
  return {
    kind: 'appointment',
    care: true,
    select: 'SELECT b.id AS id, b.starts_at AS at FROM appointments b WHERE b.user_id = :patient',
    async describe(ids) {
      const rows = await models.appointments.findAll({ where: { id: [...ids] } });
      const names = await practitionersOf(
        models,
        rows.map(({ practitionerId }) => practitionerId),
      );
      return new Map(
        rows.map(({ id, appointmentNo, status, practitionerId }) => [
          id,
          { title: appointmentNo, status, with: names.get(practitionerId) ?? null },
        ]),
      );
    },
  };
}

function prescriptions({ models }: Database): TimelineSource {
  return {
    kind: 'prescription',
    care: true,
    select: 'SELECT x.id AS id, x.created_at AS at FROM prescriptions x WHERE x.patient_id = :patient',
    async describe(ids) {
      const rows = await models.prescriptions.findAll({ where: { id: [...ids] } });
      const names = await namesOf(
        models,
        rows.map(({ doctorId }) => doctorId),
      );
      return new Map(
        rows.map(({ id, prescriptionNo, status, doctorId }) => [id, { title: prescriptionNo, status, with: names.get(doctorId) ?? null }]),
      );
    },
  };
}

function orders({ models }: Database): TimelineSource {
  return {
    kind: 'order',
    care: false,
    select: 'SELECT o.id AS id, o.created_at AS at FROM orders o WHERE o.user_id = :patient',
    async describe(ids) {
      const rows = await models.orders.findAll({ where: { id: [...ids] } });
      return new Map(rows.map(({ id, orderNo, status }) => [id, { title: orderNo, status, with: null }]));
    },
  };
}

async function practitionersOf({ practitioners }: Database['models'], ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await practitioners.findAll({ where: { id: [...new Set(ids)] }, attributes: ['id', 'name'] });
  return new Map(rows.map(({ id, name }) => [id, name]));
}

async function namesOf({ users }: Database['models'], ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await users.findAll({ where: { id: [...new Set(ids)] }, attributes: ['id', 'name'] });
  return new Map(rows.map(({ id, name }) => [id, name]));
}
