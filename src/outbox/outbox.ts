/**
 * The outbox: rows that say what must follow a change, written with it or not at all. `workers/` claims due rows and runs
 * their processors; a row is claimed for a while only, so what a dead process had in hand comes up again.
 */
import { Op, QueryTypes } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { Database } from '#src/database/database.ts';
import { messageOf } from '#src/log.ts';
import type { OutboxRow } from './model.ts';
import { type Topic, type Topics, topics } from './topics.ts';

export interface AppendOptions {
  /** Not before this time; default: at once. */
  runAt?: Date;
  aggregate?: string;
  /** A second row with the key of an earlier one is not written. */
  dedupeKey?: string;
  requestId?: string;
}

/** A row that was claimed, as it was written. */
export type Claimed = Pick<OutboxRow, 'id' | 'topic' | 'aggregate' | 'payload' | 'attempts' | 'requestId'>;

/** A claimed row as its processor sees it. `id` is the same at every try: the idempotency key of outside calls. */
export interface Job<T extends Topic = Topic> {
  readonly id: string;
  readonly topic: T;
  readonly payload: Topics[T];
  /** Tries before this one. */
  readonly attempts: number;
  readonly requestId: string | null;
}

export interface Backlog {
  /** Rows that are due and that nobody has in hand. */
  due: number;
  /** Since when the oldest of them is due, in seconds. */
  oldest: number;
  /** Rows that gave up. */
  dead: number;
}

export interface Outbox {
  /** To be called inside the transaction of the change that it follows. */
  append<T extends Topic>(topic: T, payload: Topics[T], options?: AppendOptions): Promise<void>;
  /** Takes back what has not been done yet. @returns whether there was something */
  cancel(dedupeKey: string): Promise<boolean>;
  /** Claims due rows for `leaseMs`, oldest first; rows of one aggregate one at a time. */
  claim(limit: number, leaseMs: number): Promise<Claimed[]>;
  /** A row that somebody has claimed and nobody has done yet. */
  read(id: string): Promise<Claimed | null>;
  /** Holds claims for another `leaseMs`: of jobs that take long. */
  extend(ids: readonly string[], leaseMs: number): Promise<void>;
  /**
   * Runs `effect` and marks the row done in one transaction; does nothing when the row is done already.
   * @returns whether this call did it
   */
  complete(id: string, effect?: () => Promise<void>): Promise<boolean>;
  /** The try failed, and why is kept without values: again at `retryAt`, or dead with null. */
  fail(id: string, error: unknown, retryAt: Date | null): Promise<void>;
  /** Calls back after a commit with rows that are due now. Returns the unsubscribe function. */
  onDue(listener: () => void): () => void;
  counts(): Promise<Record<'ready' | 'dead', number>>;
  /** What waits to be done. */
  backlog(): Promise<Backlog>;
}

/** Of no values: rows of the outbox hold nothing personal. */
const reasonOf = (error: unknown): string => `${error instanceof Error ? `${error.name}: ` : ''}${messageOf(error)}`.slice(0, 500);

export function createOutbox(database: Database): Outbox {
  const { models, transaction, afterCommit } = database;
  const listeners = new Set<() => void>();

  return {
    append: (topic, payload, { runAt = new Date(), aggregate = null, dedupeKey = null, requestId = null }: Nullable<AppendOptions> = {}) =>
      transaction(async () => {
        const row = { id: uuid(), topic, payload: JSON.stringify(payload), state: 'ready' as const, runAt: runAt ?? new Date() };
        await models.outbox.bulkCreate([{ ...row, aggregate, dedupeKey, requestId }], { ignoreDuplicates: dedupeKey !== null });
        if (row.runAt.getTime() <= Date.now()) afterCommit(() => listeners.forEach((listener) => listener()));
      }),

    cancel: (dedupeKey) =>
      transaction(async () => {
        // The key becomes free, so that the same thing can be planned anew.
        const [changed] = await models.outbox.update({ state: 'cancelled', dedupeKey: null }, { where: { dedupeKey, state: 'ready' } });
        return changed > 0;
      }),

    claim: (limit, leaseMs) => transaction(() => claim(database, limit, leaseMs)),
    read: (id) => models.outbox.findOne({ where: { id, state: 'ready', claimedUntil: { [Op.ne]: null } } }),

    extend: (ids, leaseMs) =>
      transaction(async () => {
        const claimedUntil = new Date(Date.now() + leaseMs);
        await models.outbox.update({ claimedUntil }, { where: { id: [...ids], state: 'ready' } });
      }),

    complete: (id, effect) =>
      transaction(async () => {
        const [changed] = await models.outbox.update(
          { state: 'done', doneAt: new Date(), claimedUntil: null },
          { where: { id, state: { [Op.in]: ['ready', 'dead'] } } },
        );
        if (changed > 0) await effect?.();
        return changed > 0;
      }),

    fail: (id, error, retryAt) =>
      transaction(async () => {
        const again = retryAt ? { runAt: retryAt } : { state: 'dead' as const };
        const values = { ...again, claimedUntil: null, lastError: reasonOf(error) };
        await models.outbox.update(values, { where: { id, state: 'ready' } });
        await models.outbox.increment('attempts', { where: { id } });
      }),

    onDue(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },

    async counts() {
      const count = (state: 'ready' | 'dead') => models.outbox.count({ where: { state } });
      return { ready: await count('ready'), dead: await count('dead') };
    },

    backlog: () => backlog(database),
  };
}

async function backlog({ models }: Database): Promise<Backlog> {
  const now = new Date();
  const unclaimed = { claimedUntil: { [Op.or]: [null, { [Op.lt]: now }] } };
  const where = { state: 'ready' as const, runAt: { [Op.lte]: now }, ...unclaimed };
  const [due, first, dead] = await Promise.all([
    models.outbox.count({ where }),
    models.outbox.findOne({ where, order: ['runAt'], attributes: ['runAt'] }),
    models.outbox.count({ where: { state: 'dead' } }),
  ]);
  return { due, oldest: first ? (now.getTime() - first.runAt.getTime()) / 1_000 : 0, dead };
}

type Nullable<T> = { [K in keyof T]?: T[K] | null };

/** Sequelize's `skipLocked` is ignored on MySQL, hence plain SQL. SQLite has one writer, who needs no locks. */
async function claim({ sequelize, dialect, models, time }: Database, limit: number, leaseMs: number): Promise<Claimed[]> {
  const now = new Date();
  const due = `SELECT id FROM outbox o WHERE state = 'ready' AND run_at <= :now AND (claimed_until IS NULL OR claimed_until < :now)
    AND (aggregate IS NULL OR NOT EXISTS (SELECT 1 FROM outbox e
      WHERE e.aggregate = o.aggregate AND e.state = 'ready' AND e.run_at <= :now AND e.id < o.id))
    ORDER BY run_at, id LIMIT :limit${dialect === 'mysql' ? ' FOR UPDATE SKIP LOCKED' : ''}`;
  const found = await sequelize.query<{ id: string }>(due, { type: QueryTypes.SELECT, replacements: { now: time(now), limit } });
  const ids = found.map(({ id }) => id);
  if (ids.length === 0) return [];
  await models.outbox.update({ claimedUntil: new Date(now.getTime() + leaseMs) }, { where: { id: ids } });
  return models.outbox.findAll({ where: { id: ids }, order: ['runAt', 'id'] });
}

/** What a processor is given. @throws when nobody knows the topic, or the payload does not fit it: a newer process may */
export function jobOf({ id, topic, payload, attempts, requestId }: Claimed): Job {
  if (!Object.hasOwn(topics, topic)) throw new Error(`There is no topic ${topic}`);
  const known = topic as Topic;
  return { id, topic: known, payload: topics[known].parse(JSON.parse(payload)), attempts, requestId };
}
