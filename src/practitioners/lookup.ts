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

type Row = Omit<Practitioner, 'bookable'> & { bookable: number };

const LOOKUP = `SELECT p.id, p.user_id AS userId, p.kind, p.name, p.department_id AS departmentId,
    CASE WHEN p.enabled = 1 AND p.review_state = 'approved' AND (d.id IS NULL OR d.enabled = 1) THEN 1 ELSE 0 END AS bookable
  FROM practitioners p LEFT JOIN departments d ON d.id = p.department_id WHERE`;

const practitionerOf = (row: Row): Practitioner => ({ ...row, bookable: row.bookable === 1 });

export function createLookup({ sequelize, prepared }: Database): PractitionerLookup {
  async function one(column: 'id' | 'user_id', value: string): Promise<Practitioner | undefined> {
    const row = await prepared.one<Row>(`${LOOKUP} p.${column} = ?`, [value]);
    return row ? practitionerOf(row) : undefined;
  }
  return {
    byId: (id) => one('id', id),
    byUser: (userId) => one('user_id', userId),
    async byIds(ids) {
      if (ids.length === 0) return [];
      const replacements = { ids: [...ids] };
      const rows = await sequelize.query<Row>(`${LOOKUP} p.id IN (:ids)`, { type: QueryTypes.SELECT, replacements });
      return rows.map(practitionerOf);
    },
  };
}
