/** Hospitals: where they are, and links to their own systems. */
import { Op, type WhereOptions } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { withViolations } from '#src/database/constraints.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { PartnerError } from '#src/partners/partner-error.ts';
import { slice } from '#src/plugins/fields.ts';
import type { Search } from '#src/search/search.ts';
import { createCached } from '#src/signals/cached.ts';
import type { Signals } from '#src/signals/signals.ts';
import { distance } from './geo.ts';
import type { HospitalRow } from './model.ts';
import type { NearbyIndex, Place } from './nearby.ts';
import type * as schemas from './schemas.ts';
import type { HospitalSystem } from './systems.ts';

type HospitalView = z.infer<typeof schemas.hospitalView>;
type FullHospitalView = z.infer<typeof schemas.fullHospitalView>;
type Query = z.infer<typeof schemas.allHospitalsQuery>;

/** Methods on one hospital throw `ApiError` `not_found`. */
export interface Hospitals {
  /** Enabled ones. */
  list(query: z.infer<typeof schemas.hospitalQuery>): Promise<z.infer<typeof schemas.hospitalList>>;
  listAll(query: Query): Promise<z.infer<typeof schemas.fullHospitalList>>;
  /** Enabled ones within a radius, the closest first. */
  nearby(query: z.infer<typeof schemas.nearbyQuery>): Promise<z.infer<typeof schemas.nearbyList>>;
  get(id: string): Promise<HospitalView>;
  /** @throws {ApiError} `hospital_code_taken`, `unknown_system` */
  create(input: z.infer<typeof schemas.newHospital>): Promise<FullHospitalView>;
  /** @throws {ApiError} `hospital_code_taken`, `unknown_system` */
  update(id: string, changes: z.infer<typeof schemas.hospitalChanges>): Promise<FullHospitalView>;
  remove(id: string): Promise<void>;
  /** What the hospital's own system says; nothing for hospitals without one. @throws {ApiError} `partner_unavailable` */
  departments(id: string): Promise<z.infer<typeof schemas.externalDepartments>>;
  /** As `departments`. */
  practitioners(id: string, departmentCode?: string): Promise<z.infer<typeof schemas.externalPractitioners>>;
}

/** Name of the cache of places in signals. */
const CACHE = 'hospitals';

/** Where every enabled hospital is, from memory. */
export function createPlaces({ models }: Database, signals: Signals): () => Promise<readonly Place[]> {
  return createCached(signals, CACHE, async () => {
    const rows = await models.hospitals.findAll({ where: { enabled: true }, attributes: ['id', 'longitude', 'latitude'] });
    return rows.map(({ id, longitude, latitude }) => ({ id, longitude, latitude }));
  });
}

const violations = {
  unique: [{ index: 'hospitals_code_unique', column: 'code', code: 'hospital_code_taken' }],
} as const;

export interface HospitalParts {
  signals: Signals;
  search: Search;
  nearby: NearbyIndex;
  /** As they are now. */
  systems: () => ReadonlyMap<string, HospitalSystem>;
}

export function createHospitals(database: Database, { signals, search, nearby, systems }: HospitalParts): Hospitals {
  const { models, transaction } = database;
  const viewOf = (row: HospitalRow): FullHospitalView => fullView(row, systems());

  async function find(id: string): Promise<HospitalRow> {
    const row = await models.hospitals.findOne({ where: { id, enabled: true } });
    if (!row) throw new ApiError('not_found');
    return row;
  }

  async function list(conditions: WhereOptions[], query: Query): Promise<z.infer<typeof schemas.fullHospitalList>> {
    const found = query.keyword ? search.matching('hospital', query.keyword) : [];
    const { rows, count } = await page(database, [...conditions, ...found], query);
    return { items: rows.map(viewOf), pagination: { page: query.page, pageSize: query.pageSize, total: count } };
  }

  const change = (work: () => Promise<HospitalRow>): Promise<FullHospitalView> =>
    withViolations(violations, () =>
      transaction(async () => {
        const row = await work();
        if (row.systemKey !== null && !systems().has(row.systemKey)) throw new ApiError('unknown_system');
        await search.put('hospital', row.id, [row.name, row.address]);
        await signals.send('cache', CACHE);
        return viewOf(row);
      }),
    );

  /** Asks the hospital's own system. */
  async function ask<T>(id: string, question: (system: HospitalSystem, systemId: string) => Promise<T[]>): Promise<{ items: T[] }> {
    const { systemKey, systemId } = await find(id);
    const system = systemKey === null ? undefined : systems().get(systemKey);
    if (!system || systemId === null) return { items: [] };
    return { items: await question(system, systemId).catch(refuse) };
  }

  return {
    list: (query) => list([{ enabled: true }], query),
    listAll: (query) => list(query.enabled ? [{ enabled: query.enabled === 'true' }] : [], query),
    nearby: (query) => findNearby(database, nearby, query, viewOf),
    get: async (id) => viewOf(await find(id)),
    create: (input) => change(() => models.hospitals.create({ id: uuid(), ...input })),
    update: (id, changes) =>
      change(async () => {
        const row = await models.hospitals.findByPk(id, { lock: true });
        if (!row) throw new ApiError('not_found');
        return row.update(changes as Partial<HospitalRow>);
      }),
    remove: (id) =>
      transaction(async () => {
        if ((await models.hospitals.destroy({ where: { id } })) === 0) throw new ApiError('not_found');
        await search.remove('hospital', id);
        await signals.send('cache', CACHE);
      }),
    departments: (id) => ask(id, (system, hospital) => system.departments(hospital)),
    practitioners: (id, departmentCode) => ask(id, (system, hospital) => system.practitioners(hospital, departmentCode)),
  };
}

function refuse(error: unknown): never {
  if (!(error instanceof PartnerError)) throw error;
  throw new ApiError('partner_unavailable', { cause: error, ...(error.retryAfter && { retryAfter: error.retryAfter }) });
}

async function findNearby(
  { models }: Database,
  nearby: NearbyIndex,
  query: z.infer<typeof schemas.nearbyQuery>,
  viewOf: (row: HospitalRow) => HospitalView,
): Promise<z.infer<typeof schemas.nearbyList>> {
  const metres = query.radius * 1_000;
  const rows = await models.hospitals.findAll({ where: { id: await nearby.candidates(query, metres), enabled: true } });
  const found = rows
    .map((row) => ({ row, away: distance(query, row) }))
    .filter(({ away }) => away <= metres)
    .toSorted((a, b) => a.away - b.away || a.row.id.localeCompare(b.row.id));
  const { limit, offset } = slice(query);
  const items = found.slice(offset, offset + limit).map(({ row, away }) => ({ ...viewOf(row), distance: Math.round(away) }));
  return { items, pagination: { page: query.page, pageSize: query.pageSize, total: found.length } };
}

function fullView(row: HospitalRow, systems: ReadonlyMap<string, HospitalSystem>): FullHospitalView {
  const { id, code, name, level, address, phone, introduction, longitude, latitude, systemKey, systemId } = row;
  const linked = systemKey !== null && systemId !== null && systems.has(systemKey);
  return {
    ...{ id, code, name, level, address, phone, introduction, longitude, latitude },
    ...{ systemKey, systemId, linked, enabled: Boolean(row.enabled) },
  };
}

async function page({ models }: Database, conditions: WhereOptions[], query: Query): Promise<{ rows: HospitalRow[]; count: number }> {
  const direction = query.sort.startsWith('-') ? 'DESC' : 'ASC';
  return models.hospitals.findAndCountAll({
    where: { [Op.and]: conditions },
    order: [
      [query.sort.replace('-', ''), direction],
      ['id', direction],
    ],
    ...slice(query),
  });
}
