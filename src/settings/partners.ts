/**
 * Accounts at other services: what the environment says, until somebody stores another one through the API. They are rows of `settings`, sealed as a
 * whole, read at once from memory, and heard of by every process within a second like other settings. Secrets go in and never out.
 */
import { UniqueConstraintError } from 'sequelize';
import type { Logger } from 'pino';
import type { z } from 'zod';
import type { Config } from '#config/index.ts';
import type { Audit } from '#src/audit/service.ts';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { firstKeys, watchCache } from '#src/signals/cached.ts';
import type { Signals } from '#src/signals/signals.ts';
import { createSettingHistory } from './history.ts';
import { masked, SecretMissing, unmasked } from './masking.ts';
import { settingValue } from './model.ts';
import {
  environmentAccounts,
  MASK,
  type PartnerAccount,
  type PartnerName,
  partnerNames,
  partnerSchema,
  SECRET_FIELDS,
} from './partner-catalogue.ts';
import type * as schemas from './partner-schemas.ts';
import type { historyQuery } from './schemas.ts';

type View = z.infer<typeof schemas.partnerView>;

export interface PartnerAccounts {
  /** The account in force, without a query, and the same object until another one is; null: this service is not asked. */
  get<N extends PartnerName>(name: N): PartnerAccount<N> | null;
  list(): View[];
  /**
   * @param change `version`: what the caller saw; another one in the database is a conflict
   * @throws {ApiError} `invalid_request` when the account does not fit or a secret is missing, `conflict`
   */
  save(userId: string, name: PartnerName, change: z.infer<typeof schemas.partnerChange>): Promise<View>;
  history(name: PartnerName, query: z.infer<typeof historyQuery>): Promise<z.infer<typeof schemas.partnerHistory>>;
}

interface PartnersParts {
  config: Config;
  database: Database;
  vault: Vault;
  signals: Signals;
  audit: Pick<Audit, 'security'>;
  log: Logger;
}

/** What is stored of one. */
interface Stored {
  enabled: boolean;
  /** Null: that of the environment. */
  account: object | null;
  version: number;
  updatedAt: Date;
  /** False: it cannot be read, which the log has told. Nobody is asked then: the environment may be years old. */
  usable: boolean;
}

/** What the history tells of a change. */
type Told = Pick<z.infer<typeof schemas.partnerHistory>['items'][number], 'enabled' | 'account' | 'newSecrets'>;

const rowOf = (name: PartnerName): string => `partner.${name}`;

/** What is stored, in the memory of this process, which hears of changes. */
async function rememberStored(parts: PartnersParts) {
  const { models } = parts.database;
  const held = new Map<PartnerName, Stored>();

  /** A read that began before a change may end after it. */
  function hold(name: PartnerName, stored: Stored): void {
    if (stored.version > (held.get(name)?.version ?? 0)) held.set(name, stored);
  }
  const reload = () => void load().catch((error: unknown) => parts.log.warn({ err: error }, 'partner accounts not read'));
  const figures = watchCache(parts.signals, 'partner-accounts', {
    strategy: 'loaded',
    keys: (limit) => firstKeys(held, limit),
    clear: reload,
  });

  async function load(): Promise<void> {
    figures.misses++;
    const rows = await models.settings.findAll({ where: { key: partnerNames.map(rowOf) } });
    for (const { key, value, version, updatedAt } of rows) {
      const name = partnerNames.find((one) => rowOf(one) === key);
      if (name && held.get(name)?.version !== version) hold(name, { ...opened(parts, name, value), version, updatedAt });
    }
  }
  await load();
  parts.signals.on('setting', (key) => {
    if (partnerNames.some((name) => rowOf(name) === key)) reload();
  });
  return { held: held as ReadonlyMap<PartnerName, Stored>, hold, figures };
}

/** Reads what is stored, hence the promise. */
export async function createPartnerAccounts(parts: PartnersParts): Promise<PartnerAccounts> {
  const { config, database } = parts;
  const { models } = database;
  const environment = environmentAccounts(config);
  const { held, hold, figures } = await rememberStored(parts);

  /** @param stored what there is of it: the account that counts, whether it is asked or not */
  const accountOf = (name: PartnerName, stored: Stored | undefined): object | null =>
    stored?.usable === false ? null : (stored?.account ?? environment[name]);

  function view(name: PartnerName, stored: Stored | undefined): View {
    const { usable = true, version = 0, updatedAt } = stored ?? {};
    const account = accountOf(name, stored);
    const source = !usable || stored?.account ? 'stored' : account ? 'environment' : null;
    const enabled = stored?.enabled ?? account !== null;
    return { name, enabled, source, account: masked(account), usable, version, updatedAt: updatedAt?.toISOString() ?? null };
  }

  /** As it is in the database: what this process has heard of may be older than what the caller has seen. */
  async function storedNow(name: PartnerName, version: number): Promise<Stored | undefined> {
    const row = await models.settings.findByPk(rowOf(name), { lock: version > 0 });
    if ((row?.version ?? 0) !== version) throw new ApiError('conflict');
    return row ? { ...opened(parts, name, row.value), version, updatedAt: row.updatedAt } : undefined;
  }

  return {
    // What is stored was checked against the schema of its name.
    get<N extends PartnerName>(name: N) {
      figures.hits++;
      return (held.get(name)?.enabled === false ? null : accountOf(name, held.get(name))) as PartnerAccount<N> | null;
    },
    list: () => partnerNames.map((name) => view(name, held.get(name))),

    save: (userId, name, { enabled, account: given, version }) =>
      database
        .transaction(async () => {
          const before = await storedNow(name, version);
          if (given === undefined && before?.usable === false) throw invalid(['account'], 'cannot be read: give it again');
          const account = given === undefined ? (before?.account ?? null) : given && checked(parts, name, given, accountOf(name, before));
          const next = { enabled, account, version: version + 1, updatedAt: new Date(), usable: true };
          await write(parts, userId, name, next, given !== undefined && holdsSecrets(given));
          database.afterCommit(() => hold(name, next));
          return view(name, next);
        })
        .catch((error: unknown) => {
          // Two who store the first one.
          throw error instanceof UniqueConstraintError ? new ApiError('conflict', { cause: error }) : error;
        }),

    async history(name, query) {
      const { items, pagination } = await createSettingHistory(database).of(rowOf(name), query);
      return { items: items.map(({ value, ...entry }) => ({ ...entry, ...(value as Told) })), pagination };
    },
  };
}

const invalid = (path: readonly PropertyKey[], message: string) =>
  new ApiError('invalid_request', { details: [{ field: ['body', ...path].join('.'), message }] });

/** Never in production: whoever may change settings could read every code that signs somebody in. */
const ownAddress = (account: unknown): unknown => (Object(account) as { url?: unknown }).url;

/** @param present the account that masks stand for @throws {ApiError} `invalid_request` */
function checked({ config }: PartnersParts, name: PartnerName, given: object, present: object | null): object {
  let whole: unknown;
  try {
    whole = unmasked(given, present);
  } catch (error) {
    if (!(error instanceof SecretMissing)) throw error;
    throw invalid(['account', ...error.path], error.message);
  }
  const { data, error } = partnerSchema(name).safeParse(whole);
  if (error) {
    const details = error.issues.map(({ path, message }) => ({ field: ['body.account', ...path].join('.'), message }));
    throw new ApiError('invalid_request', { details });
  }
  if (name === 'sms' && config.NODE_ENV === 'production' && ownAddress(data) !== undefined && ownAddress(data) !== ownAddress(present))
    throw invalid(['account', 'url'], 'only comes from the environment in production');
  return data as object;
}

/** Whether there is a secret that is no mask. */
function holdsSecrets(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([name, part]) => (SECRET_FIELDS.has(name) ? part !== MASK : holdsSecrets(part)));
}

/** Inside the transaction that has read what was there before. */
async function write(
  { database, vault, signals, audit }: PartnersParts,
  userId: string,
  name: PartnerName,
  { enabled, account, version }: Stored,
  newSecrets: boolean,
): Promise<void> {
  const { models } = database;
  const key = rowOf(name);
  const value = vault.seal(settingValue, key, JSON.stringify({ enabled, account }));
  if (version === 1) await models.settings.create({ key, value, version, updatedBy: userId });
  else {
    const [changed] = await models.settings.update({ value, version, updatedBy: userId }, { where: { key, version: version - 1 } });
    if (changed === 0) throw new ApiError('conflict');
  }
  const told: Told = { enabled, account: masked(account), newSecrets };
  await createSettingHistory(database).add(key, version, told, userId);
  // Whoever sends the codes can sign in as anybody.
  await audit.security('partner_account_changed', { userId, details: { name, enabled, secrets: newSecrets } });
  await signals.send('setting', key);
}

/** What is stored may be of another version, or sealed with a key that is gone: the other services must not suffer. */
function opened({ vault, log }: PartnersParts, name: PartnerName, value: string): Pick<Stored, 'enabled' | 'account' | 'usable'> {
  try {
    const { enabled, account } = JSON.parse(vault.open(settingValue, rowOf(name), value)) as Pick<Stored, 'enabled' | 'account'>;
    return { enabled, account: account && (partnerSchema(name).parse(account) as object), usable: true };
  } catch {
    // Its message could quote a secret.
    log.error({ partner: name }, 'the account of a partner cannot be read');
    return { enabled: true, account: null, usable: false };
  }
}
