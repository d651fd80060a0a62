/** Files in lists and figures. */
import { col, fn, type WhereOptions } from 'sequelize';
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { ageOrder, orderOf, slice } from '#src/plugins/fields.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { categoryNames, categoryOf, type FileCategory, maxBytes, uploadCategories } from './categories.ts';
import type { FileRow } from './model.ts';
import type * as schemas from './schemas.ts';

/** Large numbers of MariaDB are text. */
interface Sums {
  files: number | string;
  bytes: number | string;
}
const counted = <R extends Sums>(row: R) => ({ ...row, files: Number(row.files), bytes: Number(row.bytes) });

export interface FileListing {
  /** What files may be, by their purpose. */
  categories(): z.infer<typeof schemas.fileCategories>;
  /** Own files; everybody's with `files:manage`. */
  list(caller: Caller, query: z.infer<typeof schemas.fileQuery>): Promise<z.infer<typeof schemas.fileList>>;
  statistics(): Promise<z.infer<typeof schemas.fileStatistics>>;
}

export function createListing({ models: { files } }: Database, view: (row: FileRow) => z.infer<typeof schemas.fileView>): FileListing {
  return {
    categories: () => ({ items: categoryNames.map(categoryView) }),

    async list(caller, { page, pageSize, sort, state, category, kind, ownerId }) {
      const mine = !caller.can('files:manage');
      const owner = mine ? caller.userId : ownerId;
      const filters = Object.entries({ category, kind, ownerId: owner }).filter(([, value]) => value !== undefined);
      const where: WhereOptions<FileRow> = { state, ...Object.fromEntries(filters) };
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
      const rows = grouped as unknown as (Pick<FileRow, 'category' | 'kind'> & Sums)[];
      const states = (await files.findAll({
        attributes: ['state', [fn('COUNT', col('id')), 'files'], [fn('SUM', col('bytes')), 'bytes']],
        group: ['state'],
        order: ['state'],
        raw: true,
      })) as unknown as (Pick<FileRow, 'state'> & Sums)[];
      return { items: rows.map(counted), states: states.map(counted) };
    },
  };
}

function categoryView(category: FileCategory): z.infer<typeof schemas.fileCategories>['items'][number] {
  const { kinds, access, sealed, maxBytes: own, maxEdge = null } = categoryOf(category);
  const limits = kinds.map((kind) => ({ kind, maxBytes: own ?? maxBytes[kind] }));
  return { category, kinds: limits, access, encrypted: sealed, uploadable: uploadCategories.includes(category), maxEdge };
}
