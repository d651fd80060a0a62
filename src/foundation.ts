/** What every business module stands on: database, keys, signals, permissions, outbox, signing in. */
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Config } from '#config/index.ts';
import { type Audit, createAudit } from './audit/service.ts';
import { type Auth, createAuth } from './auth/service.ts';
import { createTokens, type Tokens } from './auth/tokens.ts';
import { createSharedCaches, type SharedCaches } from './cache/shared.ts';
import { createMemoryStore, createRedisStore } from './cache/store.ts';
import { createVault, type Vault } from './crypto/vault.ts';
import { type Database, openDatabase } from './database/database.ts';
import { migrate } from './database/migrate.ts';
import { syncBuiltinMenus } from './menus/service.ts';
import { createOutbox, type Outbox } from './outbox/outbox.ts';
import { createLocks, type Locks } from './locks/locks.ts';
import { openSenders, type Senders } from './messaging/senders.ts';
import { type AccessCache, createAccessCache } from './permissions/access.ts';
import { syncBuiltinRoles } from './permissions/roles.ts';
import { connectRedis } from './redis.ts';
import { loadSecrets, type Secrets } from './secrets.ts';
import { createPartnerAccounts, type PartnerAccounts } from './settings/partners.ts';
import { createSettings, type Settings } from './settings/service.ts';
import { createSignals, type Signals } from './signals/signals.ts';
import { startTracing, type Traces } from './tracing.ts';
import { version } from './version.ts';

export interface Foundation {
  readonly config: Config;
  readonly log: Logger;
  /** Of this process, in the cluster and in traces; never used twice. */
  readonly nodeId: string;
  /** Null when no traces are kept. */
  readonly tracing: Traces | null;
  readonly secrets: Secrets;
  readonly database: Database;
  /** Null without `REDIS_URL`. */
  readonly redis: Redis | null;
  readonly vault: Vault;
  readonly signals: Signals;
  readonly access: AccessCache;
  readonly outbox: Outbox;
  readonly locks: Locks;
  readonly caches: SharedCaches;
  readonly audit: Audit;
  readonly settings: Settings;
  readonly partners: PartnerAccounts;
  readonly tokens: Tokens;
  readonly auth: Auth;
  readonly senders: Senders;
  close(): Promise<void>;
}

/** Opens the database and brings it up to date. @throws when it cannot; what was opened is closed again */
export async function createFoundation(config: Config, log: Logger): Promise<Foundation> {
  const secrets = await loadSecrets(config);
  const nodeId = randomUUID();
  const tracing = await startTracing(config, version, nodeId, log);
  const database = await openDatabase(config, log, tracing);
  const redis = config.REDIS_URL ? connectRedis(config.REDIS_URL, log) : null;
  const opened: { close(): Promise<void> }[] = [];
  async function close(): Promise<void> {
    for (const part of opened) await part.close();
    redis?.disconnect();
    await database.close();
    await tracing?.close();
  }
  try {
    const migrated = await migrate(database);
    if (migrated.length > 0) log.info({ migrated }, 'database migrated');
    await syncBuiltinRoles(database);
    await syncBuiltinMenus(database);
    // Reads its table twice a second from now on.
    const signals = createSignals(database, log);
    opened.push({ close: async () => signals.close() });
    const tokens = createTokens(secrets.jwt, config.JWT_TTL_SECONDS, signals);
    const access = createAccessCache(database, signals);
    const auth = await createAuth({ config, database, tokens, signals, access, log });
    opened.push(auth);
    const vault = createVault(secrets.dataKeys, secrets.blindIndex);
    const settings = await createSettings(database, vault, signals);
    const audit = createAudit(database, secrets.blindIndex);
    const partners = await createPartnerAccounts({ config, database, vault, signals, audit, log });
    const senders = await openSenders({ config, database, vault, signals, settings, partners, log });
    opened.push({ close: async () => senders.close() });
    return {
      config,
      log,
      nodeId,
      tracing,
      secrets,
      database,
      redis,
      vault,
      settings,
      signals,
      access,
      outbox: createOutbox(database),
      locks: createLocks(database),
      caches: createSharedCaches(redis ? createRedisStore(redis) : createMemoryStore(), signals, log),
      audit,
      partners,
      tokens,
      auth,
      senders,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
