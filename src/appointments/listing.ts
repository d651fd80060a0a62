/** The list of appointments: a hot read, with everything that it shows in one statement. */
import type { z } from 'zod';
import { maskName } from '#src/crypto/masks.ts';
import type { Prepared, StoredTime } from '#src/database/prepared.ts';
import { slice } from '#src/plugins/fields.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { AppointmentRow } from './model.ts';
import type { AppointmentParts } from './parts.ts';
import type * as schemas from './schemas.ts';

export type Side = 'patient' | 'practitioner' | 'staff';

type Query = z.infer<typeof schemas.query>;
type Value = string | number;

/** More are not counted: on a clinic's whole history that would take longer than anything else. */
const MOST_COUNTED = 10_000;

interface Row extends Pick<AppointmentRow, 'id' | 'appointmentNo' | 'status' | 'orderId' | 'userId' | 'serviceId' | 'practitionerId'> {
  outcome: AppointmentRow['outcome'];
  queueNo: number | null;
  startsAt: StoredTime;
  endsAt: StoredTime;
  createdAt: StoredTime;
  service: string;
  practitioner: string;
  patient: string;
  consultationId: string | null;
  total: number;
}

/**
 * Finds the page by an index alone, then what belongs to its rows.
 * @param where conditions on `a`
 */
export function statementOf(where: string, sort: Query['sort']): string {
  const direction = sort.startsWith('-') ? 'DESC' : 'ASC';
  const column = sort.endsWith('createdAt') ? 'created_at' : 'starts_at';
  const order = (table: string) => `${table}.${column} ${direction}, ${table}.id ${direction}`;
  return `SELECT a.id, a.appointment_no AS appointmentNo, a.status, a.outcome, a.queue_no AS queueNo, a.order_id AS orderId,
      a.starts_at AS startsAt, a.ends_at AS endsAt, a.created_at AS createdAt, a.user_id AS userId, a.service_id AS serviceId,
      a.practitioner_id AS practitionerId, s.name AS service, p.name AS practitioner, COALESCE(v.name, u.name) AS patient,
      c.id AS consultationId, (${countOf(where)}) AS total
    FROM (SELECT a.id FROM appointments a WHERE ${where} ORDER BY ${order('a')} LIMIT ? OFFSET ?) page
      JOIN appointments a ON a.id = page.id JOIN services s ON s.id = a.service_id JOIN practitioners p ON p.id = a.practitioner_id
      JOIN users u ON u.id = a.user_id LEFT JOIN visit_profiles v ON v.id = a.profile_id LEFT JOIN consultations c ON c.appointment_id = a.id
    ORDER BY ${order('a')}`;
}

const countOf = (where: string): string =>
  `SELECT COUNT(*) AS total FROM (SELECT 1 FROM appointments a WHERE ${where} LIMIT ${MOST_COUNTED}) counted`;

export function createList(parts: AppointmentParts): (caller: Caller, query: Query) => Promise<z.infer<typeof schemas.list>> {
  const { prepared, time } = parts.database;
  /** By conditions and order: a text that is put together anew costs the driver a look over all of it. */
  const statements = new Map<string, string>();

  function statementFor(where: string, sort: Query['sort']): string {
    const key = `${sort} ${where}`;
    const sql = statements.get(key) ?? statementOf(where, sort);
    statements.set(key, sql);
    return sql;
  }

  return async (caller, query) => {
    const { scope, full } = await scopeOf(parts, caller, query.as);
    const conditions = [...scope, ...filtersOf(query, time)];
    const where = conditions.map(([text]) => text).join(' AND ') || '1 = 1';
    const values = conditions.flatMap(([, ...given]) => given);
    const { limit, offset } = slice(query);
    const sql = statementFor(where, query.sort);
    const rows = await prepared.all<Row>(sql, [...values, ...values, limit, offset]);
    // Behind the last page there is no row to tell the total.
    const total = rows[0]?.total ?? (offset === 0 ? 0 : ((await prepared.one<{ total: number }>(countOf(where), values))?.total ?? 0));
    const items = rows.map((row) => summaryOf(row, full, prepared));
    return { items, pagination: { page: query.page, pageSize: query.pageSize, total } };
  };
}

type Condition = readonly [text: string, ...values: Value[]];

function filtersOf({ status, appointmentNo, practitionerId, from, to }: Query, time: (date: Date) => string): Condition[] {
  const conditions: Condition[] = [];
  // Each once: what callers write must not make statements without end.
  const states = [...new Set(status)];
  if (states.length > 0) conditions.push([`a.status IN (${states.map(() => '?').join(', ')})`, ...states]);
  if (appointmentNo) conditions.push(['a.appointment_no = ?', appointmentNo]);
  if (practitionerId) conditions.push(['a.practitioner_id = ?', practitionerId]);
  if (from) conditions.push(['a.starts_at >= ?', time(new Date(from))]);
  if (to) conditions.push(['a.starts_at < ?', time(new Date(to))]);
  return conditions;
}

/** Whose appointments: the practitioner's own, everybody's for staff, else the patient's. */
async function scopeOf(
  { practitioners }: AppointmentParts,
  caller: Caller,
  as: Side | 'all' | undefined,
): Promise<{ scope: Condition[]; full: boolean }> {
  if ((as === undefined || as === 'practitioner') && caller.can('appointments:serve')) {
    const own = await practitioners.byUser(caller.userId);
    if (own) return { scope: [['a.practitioner_id = ?', own.id]], full: true };
  }
  if ((as === undefined || as === 'all') && caller.can('appointments:manage')) return { scope: [], full: caller.can('users:unmask') };
  return { scope: [['a.user_id = ?', caller.userId]], full: true };
}

function summaryOf(row: Row, full: boolean, { isoTime }: Pick<Prepared, 'isoTime'>): z.infer<typeof schemas.summary> {
  return {
    id: row.id,
    appointmentNo: row.appointmentNo,
    status: row.status,
    outcome: row.outcome ?? null,
    startsAt: isoTime(row.startsAt),
    endsAt: isoTime(row.endsAt),
    service: { id: row.serviceId, name: row.service },
    practitioner: { id: row.practitionerId, name: row.practitioner },
    patient: { id: row.userId, name: full ? row.patient : maskName(row.patient) },
    queueNo: row.queueNo,
    orderId: row.orderId ?? '',
    consultationId: row.consultationId,
    createdAt: isoTime(row.createdAt),
  };
}
