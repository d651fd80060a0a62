/** What operators look at while the clinic runs: jobs that gave up (CFG-06), caches (CFG-03), figures of operations (CFG-08). */
import { col, fn, QueryTypes } from 'sequelize';
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { OutboxRow } from '#src/outbox/model.ts';
import { ageOrder, orderOf, slice } from '#src/plugins/fields.ts';
import type { Settings } from '#src/settings/service.ts';
import { cachesOf } from '#src/signals/cached.ts';
import type { Signals } from '#src/signals/signals.ts';
import { periodExpression, periodsOf } from '#src/statistics/periods.ts';
import type * as schemas from './schemas.ts';

type Job = z.infer<typeof schemas.jobView>;
type OperationFigures = z.infer<typeof schemas.operationFigures>;

export interface Operations {
  jobs(query: z.infer<typeof schemas.jobQuery>): Promise<z.infer<typeof schemas.jobList>>;
  /** By topic and state. */
  jobFigures(): Promise<z.infer<typeof schemas.jobFigures>>;
  /** Has a dead job done once more, with as many tries as at first. @throws {ApiError} `not_found`, `wrong_state` */
  retry(id: string): Promise<Job>;
  /** Lets a dead job be. @throws {ApiError} `not_found`, `wrong_state` */
  dismiss(id: string): Promise<Job>;
  caches(): Promise<z.infer<typeof schemas.cacheList>>;
  /** @throws {ApiError} `not_found` */
  keys(name: string): Promise<z.infer<typeof schemas.cacheKeys>>;
  /** Drops a cache, or one value of it, in every process. @throws {ApiError} `not_found`, `wrong_state` when it is not kept by us */
  clear(name: string, key?: string): Promise<void>;
  /** @throws {ApiError} `invalid_request` for more periods than one answer holds */
  figures(query: z.infer<typeof schemas.operationFiguresQuery>): Promise<OperationFigures>;
}

export interface OperationsParts {
  database: Database;
  signals: Signals;
  settings: Pick<Settings, 'get'>;
}

export function createOperations({ database, signals, settings }: OperationsParts): Operations {
  const { transaction } = database;
  const names = () => new Set(cachesOf(signals).map(({ name }) => name));
  return {
    ...createJobs(database),

    caches: async () => ({ items: await Promise.all([...names()].sort().map((name) => cacheView(signals, name))) }),
    async keys(name) {
      if (!names().has(name)) throw new ApiError('not_found');
      return { items: (await keysOf(signals, name, MOST_KEYS)).map((key) => ({ key })) };
    },
    async clear(name, key) {
      if (!names().has(name)) throw new ApiError('not_found');
      if (cachesOf(signals).some((cache) => cache.name === name && cache.kept?.strategy === 'client')) throw new ApiError('wrong_state');
      // One of a single value is dropped as a whole.
      await transaction(() => signals.send('cache', key === undefined || key === name ? name : `${name}:${key}`));
    },

    figures: (query) => figures(database, query, settings.get('clinic.zone')),
  };
}

const MOST_KEYS = 200;

/** Keys that a cache has values for; none while Redis is away. */
async function keysOf(signals: Signals, name: string, limit: number): Promise<string[]> {
  const same = cachesOf(signals).filter((cache) => cache.name === name);
  const shared = same.find((cache) => cache.shared)?.shared;
  if (shared) return shared.keys(limit).catch(() => []);
  const kept = same.flatMap((cache) => cache.kept ?? []);
  if (kept.length > 0) return [...new Set(kept.flatMap((cache) => cache.keys(limit)))].toSorted().slice(0, limit);
  return same.some(({ held }) => held) ? [name] : [];
}

async function cacheView(signals: Signals, name: string): Promise<z.infer<typeof schemas.cacheList>['items'][number]> {
  const same = cachesOf(signals).filter((cache) => cache.name === name);
  const sum = (of: 'hits' | 'misses') => same.reduce((total, cache) => total + cache[of], 0);
  const ttlMs = same.find(({ shared }) => shared)?.shared?.ttlMs;
  const kept = same.find((cache) => cache.kept)?.kept?.strategy ?? ('memory' as const);
  const how = ttlMs === undefined ? { strategy: kept, ttlSeconds: null } : { strategy: 'shared' as const, ttlSeconds: ttlMs / 1_000 };
  return { name, ...how, held: (await keysOf(signals, name, 1)).length > 0, hits: sum('hits'), misses: sum('misses') };
}

function createJobs({ models: { outbox }, transaction }: Database): Pick<Operations, 'jobs' | 'jobFigures' | 'retry' | 'dismiss'> {
  /** Guarded: somebody else may have decided meanwhile. */
  const decide = (id: string, values: Partial<OutboxRow>): Promise<Job> =>
    transaction(async () => {
      const [changed] = await outbox.update(values, { where: { id, state: 'dead' } });
      const row = await outbox.findByPk(id);
      if (!row) throw new ApiError('not_found');
      if (changed === 0) throw new ApiError('wrong_state');
      return viewOf(row);
    });
  return {
    async jobs(query) {
      const { page, pageSize, state, topic, sort } = query;
      const where = { state, ...(topic && { topic }) };
      const order = sort.endsWith('createdAt') ? ageOrder(sort) : orderOf(sort);
      const { rows, count } = await outbox.findAndCountAll({ where, order, ...slice(query) });
      return { items: rows.map(viewOf), pagination: { page, pageSize, total: count } };
    },
    async jobFigures() {
      const rows = await outbox.findAll({
        attributes: ['topic', 'state', [fn('COUNT', col('id')), 'count']],
        group: ['topic', 'state'],
        order: ['topic', 'state'],
        raw: true,
      });
      const counted = rows as unknown as (Pick<OutboxRow, 'topic' | 'state'> & { count: number })[];
      return { items: counted.map((row) => ({ ...row, count: Number(row.count) })) };
    },
    retry: (id) => decide(id, { state: 'ready', attempts: 0, runAt: new Date(), claimedUntil: null }),
    dismiss: (id) => decide(id, { state: 'cancelled', dedupeKey: null }),
  };
}

function viewOf({ id, topic, payload, state, runAt, attempts, lastError, requestId, createdAt }: OutboxRow): Job {
  const [due, made] = [runAt.toISOString(), createdAt.toISOString()];
  return { id, topic, payload: JSON.parse(payload) as unknown, state, runAt: due, attempts, lastError, requestId, createdAt: made };
}

const COLUMNS = { user: 'user_id', route: 'route', method: 'method', status: 'status' } as const;
const MOST_GROUPS = 500;

async function figures(database: Database, query: z.infer<typeof schemas.operationFiguresQuery>, zone: string): Promise<OperationFigures> {
  const { sequelize, time } = database;
  const { from, to, group, userId, route } = query;
  const periods = periodsOf(query, zone);
  const key = group === 'period' ? periodExpression(database, 'created_at', periods) : COLUMNS[group];
  const only = `${userId ? 'AND user_id = :userId' : ''} ${route ? 'AND route = :route' : ''}`;
  const rows = await sequelize.query<{ groupKey: string | number | null; count: number; failed: number; averageMs: number }>(
    `SELECT ${key} AS groupKey, COUNT(*) AS count, SUM(CASE WHEN status >= 400 THEN 1 ELSE 0 END) AS failed, AVG(took_ms) AS averageMs
     FROM operation_log WHERE created_at >= :from AND created_at < :to ${only}
     GROUP BY 1 ORDER BY ${group === 'period' ? '1' : 'count DESC, 1'} LIMIT ${MOST_GROUPS}`,
    { type: QueryTypes.SELECT, replacements: { from: time(new Date(from)), to: time(new Date(to)), userId, route } },
  );
  const items = rows.map(({ groupKey, count, failed, averageMs }) => ({
    key: groupKey === null ? null : group === 'period' ? (periods[Number(groupKey)]?.name ?? '') : String(groupKey),
    ...{ count: Number(count), failed: Number(failed), averageMs: Math.round(Number(averageMs) * 10) / 10 },
  }));
  return { items };
}
