/** Appointments as one of their sides, or staff, sees them. */
import type { z } from 'zod';
import { maskName, maskPhone } from '#src/crypto/masks.ts';
import { readReason } from '#src/crypto/step-reason.ts';
import { ApiError } from '#src/errors.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { appointmentReason, details as detailsSchema, detailsColumn, type AppointmentRow } from './model.ts';
import { createList, type Side } from './listing.ts';
import type { AppointmentParts } from './parts.ts';
import type * as schemas from './schemas.ts';

export interface AppointmentReading {
  list(caller: Caller, query: z.infer<typeof schemas.query>): Promise<z.infer<typeof schemas.list>>;
  get(caller: Caller, id: string): Promise<z.infer<typeof schemas.appointmentView>>;
  /** @throws {ApiError} `not_found` for anybody but its two sides and staff */
  visible(caller: Caller, id: string): Promise<{ row: AppointmentRow; side: Side }>;
  /** For its practitioner and staff. @throws {ApiError} `not_found`, `forbidden` for its patient */
  served(caller: Caller, id: string): Promise<AppointmentRow>;
}

export function createReading(parts: AppointmentParts): AppointmentReading {
  const { models } = parts.database;

  async function visible(caller: Caller, id: string): Promise<{ row: AppointmentRow; side: Side }> {
    const row = await models.appointments.findByPk(id);
    if (!row) throw new ApiError('not_found');
    if (row.userId === caller.userId) return { row, side: 'patient' };
    const practitioner = await parts.practitioners.byId(row.practitionerId);
    if (practitioner?.userId === caller.userId) return { row, side: 'practitioner' };
    if (caller.can('appointments:manage')) return { row, side: 'staff' };
    throw new ApiError('not_found');
  }

  return {
    visible,
    get: async (caller, id) => view(parts, caller, await visible(caller, id)),
    list: createList(parts),
    async served(caller, id) {
      const { row, side } = await visible(caller, id);
      if (side === 'patient') throw new ApiError('forbidden');
      return row;
    },
  };
}

/** Names of everything that rows refer to, in a query each. */
async function namesFor({ database: { models }, practitioners }: AppointmentParts, rows: readonly AppointmentRow[]) {
  const ids = (pick: (row: AppointmentRow) => string | null) => [...new Set(rows.flatMap((row) => pick(row) ?? []))];
  const [services, users, profiles, visits, people] = await Promise.all([
    models.services.findAll({ where: { id: ids(({ serviceId }) => serviceId) }, attributes: ['id', 'name'] }),
    models.users.findAll({ where: { id: ids(({ userId }) => userId) }, attributes: ['id', 'name'] }),
    models.visitProfiles.findAll({ where: { id: ids(({ profileId }) => profileId) }, attributes: ['id', 'name'] }),
    models.consultations.findAll({ where: { appointmentId: ids(({ id }) => id) }, attributes: ['id', 'appointmentId'] }),
    practitioners.byIds(ids(({ practitionerId }) => practitionerId)),
  ]);
  return {
    services: new Map(services.map(({ id, name }) => [id, name])),
    patients: new Map([...users, ...profiles].map(({ id, name }) => [id, name])),
    practitioners: new Map(people.map(({ id, name }) => [id, name])),
    visits: new Map(visits.map(({ id, appointmentId }) => [appointmentId, id])),
  };
}
type Names = Awaited<ReturnType<typeof namesFor>>;

function summaryOf(row: AppointmentRow, names: Names, full: boolean): z.infer<typeof schemas.summary> {
  const {
    id,
    appointmentNo,
    status,
    outcome,
    startsAt,
    endsAt,
    serviceId,
    practitionerId,
    userId,
    profileId,
    queueNo,
    orderId,
    createdAt,
  } = row;
  const patient = names.patients.get(profileId ?? userId) ?? '';
  return {
    ...{ id, appointmentNo, status, outcome: outcome ?? null, queueNo: queueNo ?? null, orderId: orderId ?? '' },
    startsAt: startsAt.toISOString(),
    endsAt: endsAt.toISOString(),
    service: { id: serviceId, name: names.services.get(serviceId) ?? '' },
    practitioner: { id: practitionerId, name: names.practitioners.get(practitionerId) ?? '' },
    patient: { id: userId, name: full ? patient : maskName(patient) },
    consultationId: names.visits.get(id) ?? null,
    createdAt: createdAt.toISOString(),
  };
}

async function view(
  parts: AppointmentParts,
  caller: Caller,
  { row, side }: { row: AppointmentRow; side: Side },
): Promise<z.infer<typeof schemas.appointmentView>> {
  const full = side !== 'staff' || caller.can('users:unmask');
  const log = await parts.database.models.appointmentLog.findAll({ where: { appointmentId: row.id }, order: ['version'] });
  const { contactPerson, contactPhone, notes } = detailsSchema.parse(
    JSON.parse(parts.vault.open(detailsColumn, row.id, row.detailsSealed)),
  );
  const notice = parts.settings.get('appointments.cancelNoticeMinutes') * 60_000;
  const inTime = side !== 'patient' || row.status === 'pending' || Date.now() <= row.startsAt.getTime() - notice;
  return {
    ...summaryOf(row, await namesFor(parts, [row]), full),
    profileId: row.profileId,
    contactPerson: full ? contactPerson : maskName(contactPerson),
    contactPhone: full ? contactPhone : maskPhone(contactPhone),
    notes: full ? notes : null,
    reminderSent: Boolean(row.reminderSent),
    startedAt: row.startedAt?.toISOString() ?? null,
    completedAt: row.completedAt?.toISOString() ?? null,
    version: row.version,
    canCancel: inTime && (row.status === 'pending' || row.status === 'confirmed'),
    log: log.map((step) => ({
      ...{ action: step.action, from: step.fromStatus, to: step.toStatus, startsAt: step.startsAt.toISOString(), actorId: step.actorId },
      reason: readReason(parts.vault, appointmentReason, row.id, step),
      at: step.createdAt.toISOString(),
    })),
  };
}
