/** Lists of practitioners: for patients who look for one, and for administrators. */
import { fn, col, Op, type WhereOptions } from 'sequelize';
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { toFen } from '#src/money.ts';
import { slice } from '#src/plugins/fields.ts';
import type { Search } from '#src/search/search.ts';
import type { PractitionerRow } from './model.ts';
import type { AvailabilityPort } from './ports.ts';
import type * as schemas from './schemas.ts';
import type { PractitionerViews } from './view.ts';

type Query = z.infer<typeof schemas.practitionerQuery>;
type AllQuery = z.infer<typeof schemas.allPractitionersQuery>;

/** More than any price, in yuan and in fen. */
const BEYOND_PRICES = 1e12;

export interface Finding {
  /** Bookable ones only. */
  list(query: Query): Promise<z.infer<typeof schemas.practitionerList>>;
  /** All, in every state. */
  listAll(query: AllQuery): Promise<z.infer<typeof schemas.fullPractitionerList>>;
  /** Tags of bookable practitioners, the most common first. */
  specialities(): Promise<z.infer<typeof schemas.specialityList>>;
}

export function createFinding(database: Database, views: PractitionerViews, search: Search, availability: AvailabilityPort): Finding {
  const { models } = database;

  async function withSpeciality(speciality: string | undefined): Promise<WhereOptions[]> {
    if (speciality === undefined) return [];
    const rows = await models.specialities.findAll({ where: { speciality }, attributes: ['practitionerId'] });
    return [{ id: rows.map(({ practitionerId }) => practitionerId) }];
  }

  const common = async ({ keyword, departmentId, kind, speciality }: Query | AllQuery): Promise<WhereOptions[]> => [
    ...(keyword ? search.matching('practitioner', keyword) : []),
    ...(departmentId ? [{ departmentId }] : []),
    ...(kind ? [{ kind }] : []),
    ...(await withSpeciality(speciality)),
  ];

  async function available({ availableFrom, availableTo }: Query): Promise<WhereOptions[]> {
    if (!availableFrom || !availableTo) return [];
    return [{ id: [...(await availability.freeBetween(new Date(availableFrom), new Date(availableTo)))] }];
  }

  return {
    async list(query) {
      const conditions = [await views.bookable(), ...(await common(query)), ...priceRange(query), ...(await available(query))];
      const { rows, count } = await page(database, conditions, query);
      return paginated(await views.open(rows), count, query);
    },

    async listAll(query) {
      const { reviewState, enabled } = query;
      const conditions = [
        ...(await common(query)),
        ...(reviewState ? [{ reviewState }] : []),
        ...(enabled ? [{ enabled: enabled === 'true' }] : []),
      ];
      const { rows, count } = await page(database, conditions, query);
      return paginated(await views.full(rows), count, query);
    },

    async specialities() {
      const bookable = await models.practitioners.findAll({ where: await views.bookable(), attributes: ['id'] });
      const rows = await models.specialities.findAll({
        attributes: ['speciality', [fn('COUNT', col('practitioner_id')), 'practitioners']],
        where: { practitionerId: bookable.map(({ id }) => id) },
        group: ['speciality'],
        raw: true,
      });
      const counted = rows as unknown as { speciality: string; practitioners: number }[];
      const items = counted.toSorted((a, b) => b.practitioners - a.practitioners || a.speciality.localeCompare(b.speciality, 'zh'));
      return { items };
    },
  };
}

function priceRange({ minPrice, maxPrice }: Query): WhereOptions[] {
  const fen = (yuan: number, field: string): number => {
    try {
      return toFen(yuan);
    } catch (cause) {
      throw new ApiError('invalid_request', { details: [{ field: `query.${field}`, message: 'is no amount of yuan' }], cause });
    }
  };
  return [
    ...(minPrice === undefined ? [] : [{ price: { [Op.gte]: fen(minPrice, 'minPrice') } }]),
    ...(maxPrice === undefined ? [] : [{ price: { [Op.lte]: fen(maxPrice, 'maxPrice') } }]),
  ];
}

async function page(
  { models }: Database,
  conditions: WhereOptions[],
  query: Query | AllQuery,
): Promise<{ rows: PractitionerRow[]; count: number }> {
  const descending = query.sort.startsWith('-');
  const column = query.sort.replace('-', '');
  const direction = descending ? 'DESC' : 'ASC';
  // Without a price comes last either way.
  const first = column === 'price' ? [[fn('COALESCE', col('price'), descending ? -1 : BEYOND_PRICES), direction]] : [[column, direction]];
  return models.practitioners.findAndCountAll({
    where: { [Op.and]: conditions },
    order: [...(first as [string, string][]), ['id', direction]],
    ...slice(query),
  });
}

const paginated = <T>(items: T[], total: number, { page: number, pageSize }: Query | AllQuery) => ({
  items,
  pagination: { page: number, pageSize, total },
});
