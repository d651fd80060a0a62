/** Appointments as one of their sides, or staff, sees them. */
import { Op, type WhereAttributeHash } from 'sequelize';
import type { z } from 'zod';
import { maskName, maskPhone } from '#src/crypto/masks.ts';
import { ApiError } from '#src/errors.ts';
import { orderOf, slice } from '#src/plugins/fields.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { details as detailsSchema, detailsColumn, type AppointmentRow } from './model.ts';
import type { AppointmentParts } from './parts.ts';
import type * as schemas from './schemas.ts';

export type Side = 'patient' | 'practitioner' | 'staff';

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
    list: (caller, query) => list(parts, caller, query),
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
    log: log.map(({ action, fromStatus, toStatus, startsAt, actorId, reason, createdAt }) => ({
      ...{ action, from: fromStatus, to: toStatus, startsAt: startsAt.toISOString(), actorId, reason, at: createdAt.toISOString() },
    })),
  };
}

async function list(parts: AppointmentParts, caller: Caller, query: z.infer<typeof schemas.query>): Promise<z.infer<typeof schemas.list>> {
  const { scope, full } = await scopeOf(parts, caller, query.as);
  const where: WhereAttributeHash = { ...scope };
  if (query.status) where['status'] = query.status;
  if (query.appointmentNo) where['appointmentNo'] = query.appointmentNo;
  if (query.practitionerId && !where['practitionerId']) where['practitionerId'] = query.practitionerId;
  if (query.from || query.to)
    where['startsAt'] = { ...(query.from && { [Op.gte]: new Date(query.from) }), ...(query.to && { [Op.lt]: new Date(query.to) }) };
  const { rows, count } = await parts.database.models.appointments.findAndCountAll({ where, order: orderOf(query.sort), ...slice(query) });
  const names = await namesFor(parts, rows);
  return {
    items: rows.map((row) => summaryOf(row, names, full)),
    pagination: { page: query.page, pageSize: query.pageSize, total: count },
  };
}

/** Whose appointments: the practitioner's own, everybody's for staff, else the patient's. */
async function scopeOf(
  { practitioners }: AppointmentParts,
  caller: Caller,
  as: Side | 'all' | undefined,
): Promise<{ scope: WhereAttributeHash; full: boolean }> {
  if ((as === undefined || as === 'practitioner') && caller.can('appointments:serve')) {
    const own = await practitioners.byUser(caller.userId);
    if (own) return { scope: { practitionerId: own.id }, full: true };
  }
  if ((as === undefined || as === 'all') && caller.can('appointments:manage')) return { scope: {}, full: caller.can('users:unmask') };
  return { scope: { userId: caller.userId }, full: true };
}
