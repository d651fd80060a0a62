/** Connections to MySQL and MariaDB (DAT-07): how many, how long they live, and whether one that rested still answers. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Connection } from 'mysql2';
import {
  ConnectionAcquireTimeoutError,
  ConnectionError,
  type ConnectionOptions,
  type PoolOptions,
  Sequelize,
  type Transaction,
} from 'sequelize';
import { z } from 'zod';
import { settings } from '#config/index.ts';
import type { Limits } from './prepared.ts';
import { limitedMysql } from './time-limit.ts';

const { DATABASE_REPLICA_URLS, DATABASE_POOL_MAX, DATABASE_POOL_MIN, DATABASE_ACQUIRE_MS, DATABASE_IDLE_MS, DATABASE_LIFETIME_MS } =
  settings.shape;
const pooling = z.object({
  ...{ DATABASE_REPLICA_URLS, DATABASE_POOL_MAX, DATABASE_POOL_MIN, DATABASE_ACQUIRE_MS, DATABASE_IDLE_MS, DATABASE_LIFETIME_MS },
});
export type PoolConfig = z.infer<typeof pooling>;

/** Set while reads may be a moment behind. */
const onReplica = new AsyncLocalStorage<true>();

/**
 * Lets the reads of `work` go to a replica, where there is one: for figures, logs and exports. All other reads go to the primary, and so do
 * transactions: whoever has just changed something sees it.
 */
export const readReplica = <T>(work: () => T): T => onReplica.run(true, work);

/** Seconds that a statement waits for rows which another transaction holds. */
const LOCK_WAIT_SECONDS = 2;
/**
 * Seconds that a transaction may stand still between two statements; then MariaDB ends its connection and gives its rows back. A process that
 * was paused, or whose machine lost its power, would hold the row of a room for as long as its connection seems to live, and keep others
 * from taking it over. Longer than anybody waits for an answer. MySQL has no such limit.
 */
const STILL_SECONDS = 5;
/** A connection that rested for longer is asked whether it is still there, in milliseconds: firewalls forget them. */
const RESTED_MS = 30_000;
const EVICT_MS = 10_000;

/** How the pool is used; `waited` in seconds since the start. */
export interface PoolFigures {
  used: number;
  idle: number;
  waiting: number;
  acquired: number;
  waited: number;
  timeouts: number;
}

/** Waits for connections since the start. */
const waits = new WeakMap<Sequelize, Pick<PoolFigures, 'acquired' | 'waited' | 'timeouts'>>();

interface Counted {
  using: number;
  available: number;
  waiting: number;
}

/** Of Sequelize's pool; prepared reads have connections of their own. Null where there is none. */
export function poolFigures(sequelize: Sequelize): PoolFigures | null {
  const counted = waits.get(sequelize);
  if (!counted) return null;
  const { pool } = (sequelize as unknown as { connectionManager: { pool: Counted & { read?: Counted; write?: Counted } } })
    .connectionManager;
  const pools = pool.write && pool.read ? [pool.write, pool.read] : [pool];
  const sum = (of: keyof Counted): number => pools.reduce((total, one) => total + one[of], 0);
  return { used: sum('using'), idle: sum('available'), waiting: sum('waiting'), ...counted };
}

/** When a connection was made, and last given out. */
interface Dates {
  born: number;
  used: number;
}

/** What Sequelize has and does not declare. */
interface Manager {
  getConnection(options?: object): Promise<Connection>;
  pool: { destroy(connection: Connection): Promise<void> };
}

const complete = (given: Partial<PoolConfig>): PoolConfig => ({ ...pooling.parse({}), ...given });

/** Prepared reads have as many connections of their own as everything else. */
export function readerLimits(given: Partial<PoolConfig>): Limits {
  const { DATABASE_POOL_MAX, DATABASE_ACQUIRE_MS } = complete(given);
  return { max: DATABASE_POOL_MAX, acquireMs: DATABASE_ACQUIRE_MS };
}

/** @param log `false`, or told of each statement with the milliseconds it took */
export function connectMysql(url: string, given: Partial<PoolConfig>, log: false | ((sql: string, ms?: number) => void)): Sequelize {
  const config = complete(given);
  const dates = new WeakMap<Connection, Dates>();
  const datesOf = (connection: Connection): Dates => {
    const known = dates.get(connection) ?? { born: Date.now(), used: Date.now() };
    dates.set(connection, known);
    return known;
  };
  const pool: PoolOptions = {
    max: config.DATABASE_POOL_MAX,
    min: Math.min(config.DATABASE_POOL_MIN, config.DATABASE_POOL_MAX),
    acquire: config.DATABASE_ACQUIRE_MS,
    idle: config.DATABASE_IDLE_MS,
    evict: EVICT_MS,
    validate: (connection?: unknown) =>
      isSound(connection as Sound) && Date.now() - datesOf(connection as Connection).born < config.DATABASE_LIFETIME_MS,
  };
  const replicas = config.DATABASE_REPLICA_URLS;
  const sequelize = new Sequelize(url, {
    dialect: 'mysql',
    ...(replicas.length > 0 && { replication: { write: addressOf(url), read: replicas.map(addressOf) } }),
    dialectModule: limitedMysql,
    hooks: { afterConnect: (connection) => limitWaits(connection as Connection) },
    ...(log ? { logging: log, benchmark: true } : { logging: false }),
    pool,
    dialectOptions: { charset: 'utf8mb4', connectTimeout: config.DATABASE_ACQUIRE_MS },
  });
  const manager = (sequelize as unknown as { connectionManager: Manager }).connectionManager;
  countWaits(sequelize, manager);
  askRested(manager, datesOf);
  return sequelize;
}

function addressOf(url: string): ConnectionOptions {
  const { hostname, port, pathname, username, password } = new URL(url);
  const [user, secret, database] = [username, password, pathname.slice(1)].map(decodeURIComponent);
  return { host: hostname, port: Number(port || 3_306), username: user ?? '', password: secret ?? '', database: database ?? '' };
}

function countWaits(sequelize: Sequelize, manager: Manager): void {
  const counted = { acquired: 0, waited: 0, timeouts: 0 };
  waits.set(sequelize, counted);
  const original = manager.getConnection.bind(manager);
  manager.getConnection = async (options) => {
    const begun = performance.now();
    counted.acquired++;
    try {
      return await original(options);
    } catch (error) {
      if (error instanceof ConnectionAcquireTimeoutError) counted.timeouts++;
      throw error;
    } finally {
      counted.waited += (performance.now() - begun) / 1_000;
    }
  };
}

/** Before a connection that rested goes to somebody it has to answer `SELECT 1`; one that does not is replaced. */
function askRested(manager: Manager, datesOf: (connection: Connection) => Dates): void {
  const original = manager.getConnection.bind(manager);
  manager.getConnection = async (options) => {
    for (;;) {
      // Sequelize would send every read outside of a transaction to a replica.
      const connection = await original(onReplica.getStore() ? options : { ...options, useMaster: true });
      const known = datesOf(connection);
      const rested = Date.now() - known.used > RESTED_MS;
      known.used = Date.now();
      if (!rested || (await answers(connection))) return connection;
      await manager.pool.destroy(connection);
    }
  };
}

async function answers(connection: Connection): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  connection.query('SELECT 1', (error) => resolve(!error));
  return promise;
}

/** As Sequelize judges connections of mysql2. */
interface Sound {
  _fatalError?: unknown;
  _protocolError?: unknown;
  _closing?: boolean;
  stream?: { destroyed: boolean };
}
const isSound = (connection: Sound): boolean =>
  !connection._fatalError && !connection._protocolError && !connection._closing && !connection.stream?.destroyed;

// MySQL takes the second half for a comment.
const waitLimits = (still: number): string =>
  `SET SESSION innodb_lock_wait_timeout = ${LOCK_WAIT_SECONDS} /*M!100301 , SESSION idle_transaction_timeout = ${still} */`;

/** Lets a transaction stand still while `work` runs: one that holds a lock for others, or makes a great deal between two statements. */
export async function standingStill<T>(transaction: Transaction, sequelize: Sequelize, work: () => Promise<T>): Promise<T> {
  await sequelize.query(waitLimits(0), { transaction });
  try {
    return await work();
  } finally {
    // A connection that is broken has nothing left to limit.
    await sequelize.query(waitLimits(STILL_SECONDS), { transaction }).catch(() => undefined);
  }
}

async function limitWaits(connection: Connection): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  connection.query(waitLimits(STILL_SECONDS), (error) =>
    // Sequelize hands on what a hook throws as it is: to whoever waits for a connection just then.
    error ? reject(new ConnectionError(error)) : resolve(),
  );
  await promise;
}
