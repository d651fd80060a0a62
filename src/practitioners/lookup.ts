/** Who a practitioner is, for other modules: one query, nothing from a cache. */
import { QueryTypes } from 'sequelize';
import type { Database } from '#src/database/database.ts';
import type { PractitionerKind } from './model.ts';

export interface Practitioner {
  readonly id: string;
  readonly userId: string;
  readonly kind: PractitionerKind;
  readonly name: string;
  readonly departmentId: string | null;
  /** Approved, enabled, and the department is enabled: may be booked and may prescribe. */
  readonly bookable: boolean;
}

export interface PractitionerLookup {
  byId(id: string): Promise<Practitioner | undefined>;
  byUser(userId: string): Promise<Practitioner | undefined>;
  /** Those of a list that exist, in no order. */
  byIds(ids: readonly string[]): Promise<Practitioner[]>;
}

export function createLookup({ sequelize }: Database): PractitionerLookup {
  async function read(column: 'id' | 'user_id', values: readonly string[]): Promise<Practitioner[]> {
    if (values.length === 0) return [];
    const rows = await sequelize.query<Omit<Practitioner, 'bookable'> & { bookable: number }>(
      `SELECT p.id, p.user_id AS userId, p.kind, p.name, p.department_id AS departmentId,
        CASE WHEN p.enabled = 1 AND p.review_state = 'approved' AND (d.id IS NULL OR d.enabled = 1) THEN 1 ELSE 0 END AS bookable
       FROM practitioners p LEFT JOIN departments d ON d.id = p.department_id WHERE p.${column} IN (:values)`,
      { type: QueryTypes.SELECT, replacements: { values: [...values] } },
    );
    return rows.map((row) => ({ ...row, bookable: row.bookable === 1 }));
  }
  return {
    byId: async (id) => (await read('id', [id]))[0],
    byUser: async (userId) => (await read('user_id', [userId]))[0],
    byIds: (ids) => read('id', ids),
  };
}
