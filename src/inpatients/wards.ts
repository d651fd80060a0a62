/** Wards and their beds. */
import { QueryTypes } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { withViolations } from '#src/database/constraints.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { orderOf, slice } from '#src/plugins/fields.ts';
import type { BedRow, WardRow } from './model.ts';
import type * as schemas from './schemas.ts';

type WardView = z.infer<typeof schemas.wardView>;
type BedView = z.infer<typeof schemas.bedView>;

/** Methods on one ward or bed throw `ApiError` `not_found`. */
export interface Wards {
  list(query: z.infer<typeof schemas.wardQuery>): Promise<z.infer<typeof schemas.wardList>>;
  /** @throws {ApiError} `ward_code_taken`, `unknown_department` */
  create(input: z.infer<typeof schemas.newWard>): Promise<WardView>;
  /** @throws {ApiError} `ward_code_taken`, `unknown_department` */
  update(id: string, changes: z.infer<typeof schemas.wardChanges>): Promise<WardView>;
  beds(wardId: string): Promise<z.infer<typeof schemas.bedList>>;
  /** @throws {ApiError} `bed_label_taken` */
  addBed(wardId: string, input: z.infer<typeof schemas.newBed>): Promise<BedView>;
  /** A bed that somebody lies in cannot be taken out of use. @throws {ApiError} `bed_label_taken`, `bed_taken` */
  updateBed(id: string, changes: z.infer<typeof schemas.bedChanges>): Promise<BedView>;
}

const violations = {
  unique: [
    { index: 'wards_code_unique', column: 'code', code: 'ward_code_taken' },
    { index: 'beds_label_unique', column: 'label', code: 'bed_label_taken' },
  ],
  reference: 'unknown_department',
} as const;

export function createWards(database: Database): Wards {
  const { models, transaction } = database;
  const change = <T>(work: () => Promise<T>): Promise<T> => withViolations(violations, () => transaction(work));

  async function ward(id: string): Promise<WardRow> {
    const row = await models.wards.findByPk(id);
    if (!row) throw new ApiError('not_found');
    return row;
  }
  const one = async (row: WardRow): Promise<WardView> => (await viewsOf(database, [row]))[0] as WardView;

  return {
    async list(query) {
      const { rows, count } = await models.wards.findAndCountAll({ order: orderOf(query.sort), ...slice(query) });
      return { items: await viewsOf(database, rows), pagination: { page: query.page, pageSize: query.pageSize, total: count } };
    },

    create: (input) => change(async () => one(await models.wards.create({ id: uuid(), enabled: true, ...input }))),
    update: (id, changes) => change(async () => one(await (await ward(id)).update(changes as Partial<WardRow>))),

    async beds(wardId) {
      await ward(wardId);
      const rows = await models.beds.findAll({ where: { wardId }, order: ['label'] });
      const taken = await occupied(database, rows);
      return { items: rows.map((row) => bedView(row, taken)) };
    },

    addBed: (wardId, { label }) =>
      change(async () => {
        await ward(wardId);
        return bedView(await models.beds.create({ id: uuid(), wardId, label, enabled: true }), new Set());
      }),

    updateBed: (id, changes) =>
      change(async () => {
        // Admissions hold the same lock.
        const row = await models.beds.findByPk(id, { lock: true });
        if (!row) throw new ApiError('not_found');
        const taken = await occupied(database, [row]);
        if (changes.enabled === false && taken.has(id)) throw new ApiError('bed_taken');
        return bedView(await row.update(changes as Partial<BedRow>), taken);
      }),
  };
}

async function occupied({ models }: Database, beds: readonly BedRow[]): Promise<ReadonlySet<string>> {
  const rows = await models.admissions.findAll({ where: { activeBedKey: beds.map(({ id }) => id) }, attributes: ['bedId'] });
  return new Set(rows.map(({ bedId }) => bedId));
}

const bedView = ({ id, wardId, label, enabled }: BedRow, taken: ReadonlySet<string>): BedView => ({
  ...{ id, wardId, label, enabled: Boolean(enabled), occupied: taken.has(id) },
});

async function viewsOf({ sequelize }: Database, rows: readonly WardRow[]): Promise<WardView[]> {
  if (rows.length === 0) return [];
  const counts = await sequelize.query<{ ward: string; beds: number; occupied: number }>(
    `SELECT b.ward_id AS ward, SUM(CASE WHEN b.enabled = 1 THEN 1 ELSE 0 END) AS beds, COUNT(a.id) AS occupied
      FROM beds b LEFT JOIN admissions a ON a.active_bed_key = b.id WHERE b.ward_id IN (:wards) GROUP BY b.ward_id`,
    { type: QueryTypes.SELECT, replacements: { wards: rows.map(({ id }) => id) } },
  );
  const byWard = new Map(counts.map((count) => [count.ward, count]));
  return rows.map(({ id, code, name, departmentId, enabled }) => {
    // Sums arrive as text on MariaDB.
    const { beds = 0, occupied: taken = 0 } = byWard.get(id) ?? {};
    return { ...{ id, code, name, departmentId, enabled: Boolean(enabled) }, beds: Number(beds), occupied: Number(taken) };
  });
}
