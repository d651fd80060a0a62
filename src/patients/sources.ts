/** What the timeline shows of visits, records and stays in hospital. Other modules bring sources of their own. */
import type { Database } from '#src/database/database.ts';
import { isOver } from '#src/consultations/model.ts';
import type { TimelineSource } from './timeline.ts';

export function timelineSources(database: Database): TimelineSource[] {
  return [visits(database), records(database), stays(database, 'admission', 'admitted_at'), stays(database, 'discharge', 'discharged_at')];
}

const VISITS = `SELECT c.id AS id, COALESCE(c.started_at, c.scheduled_start) AS at FROM consultation_members m
  JOIN consultations c ON c.id = m.consultation_id WHERE m.role = 'patient' AND m.user_id = :patient`;

function visits({ models }: Database): TimelineSource {
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
          return [row.id, { title: row.title, status, with: names.get(row.practitionerUserId) ?? null }];
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
      const attending = await models.practitioners.findAll({
        where: { id: rows.map(({ attendingId }) => attendingId) },
        attributes: ['id', 'name'],
      });
      const names = new Map(attending.map(({ id, name }) => [id, name]));
      return new Map(
        rows.map(({ id, admissionNo, state, attendingId }) => [
          id,
          { title: admissionNo, status: state, with: names.get(attendingId) ?? null },
        ]),
      );
    },
  };
}

async function namesOf({ users }: Database['models'], ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await users.findAll({ where: { id: [...new Set(ids)] }, attributes: ['id', 'name'] });
  return new Map(rows.map(({ id, name }) => [id, name]));
}
