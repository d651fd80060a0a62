/** Files in lists and figures. */
import { col, fn, type WhereOptions } from 'sequelize';
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { ageOrder, orderOf, slice } from '#src/plugins/fields.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { FileRow } from './model.ts';
import type * as schemas from './schemas.ts';

export interface FileListing {
  /** Own files; everybody's with `files:manage`. */
  list(caller: Caller, query: z.infer<typeof schemas.fileQuery>): Promise<z.infer<typeof schemas.fileList>>;
  statistics(): Promise<z.infer<typeof schemas.fileStatistics>>;
}

export function createListing({ models: { files } }: Database, view: (row: FileRow) => z.infer<typeof schemas.fileView>): FileListing {
  return {
    async list(caller, { page, pageSize, sort, category, kind, ownerId }) {
      const mine = !caller.can('files:manage');
      const owner = mine ? caller.userId : ownerId;
      const filters = Object.entries({ category, kind, ownerId: owner }).filter(([, value]) => value !== undefined);
      const where: WhereOptions<FileRow> = { state: 'active', ...Object.fromEntries(filters) };
      const { rows, count } = await files.findAndCountAll({
        where,
        order: sort.endsWith('createdAt') ? ageOrder(sort) : orderOf(sort),
        ...slice({ page, pageSize }),
      });
      return { items: rows.map(view), pagination: { page, pageSize, total: count } };
    },

    async statistics() {
      const grouped = await files.findAll({
        where: { state: 'active' },
        attributes: ['category', 'kind', [fn('COUNT', col('id')), 'files'], [fn('SUM', col('bytes')), 'bytes']],
        group: ['category', 'kind'],
        raw: true,
      });
      // Raw rows have the names of the attributes.
      const rows = grouped as unknown as (Pick<FileRow, 'category' | 'kind'> & { files: number; bytes: number | string })[];
      return { items: rows.map((row) => ({ ...row, files: Number(row.files), bytes: Number(row.bytes) })) };
    },
  };
}
