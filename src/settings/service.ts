/** Parameters of the clinic: read at once from memory, changed through the API, heard by every process within a second. */
import { literal, UniqueConstraintError } from 'sequelize';
import type { z } from 'zod';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { firstKeys, watchCache } from '#src/signals/cached.ts';
import type { Signals } from '#src/signals/signals.ts';
import { declarationOf, type SettingKey, settingKeys, type SettingValue } from './catalogue.ts';
import { createSettingHistory } from './history.ts';
import { settingValue } from './model.ts';
import type * as schemas from './schemas.ts';

type View = z.infer<typeof schemas.settingView>;

export interface Settings {
  /** The value in force, without a query. */
  get<K extends SettingKey>(key: K): SettingValue<K>;
  list(): View[];
  /**
   * @param version what the caller saw; another one in the database is a conflict
   * @throws {ApiError} `invalid_request` when the value does not fit, `conflict`
   */
  set(userId: string, key: SettingKey, value: unknown, version: number): Promise<View>;
  history(key: SettingKey, query: z.infer<typeof schemas.historyQuery>): Promise<z.infer<typeof schemas.historyList>>;
}

interface Held {
  value: unknown;
  version: number;
  updatedAt: Date;
}

/** Reads what is set, hence the promise. */
export async function createSettings(database: Database, vault: Vault, signals: Signals): Promise<Settings> {
  const { models, transaction } = database;
  const history = createSettingHistory(database);
  const held = new Map<SettingKey, Held>();
  const reload = () => void load().catch(() => undefined);
  const figures = watchCache(signals, 'settings', { strategy: 'loaded', keys: (limit) => firstKeys(held, limit), clear: reload });

  async function load(): Promise<void> {
    figures.misses++;
    for (const { key, value, version, updatedAt } of await models.settings.findAll()) {
      const known = settingKeys.find((name) => name === key);
      // A later version's setting after a step back is left alone.
      if (!known) continue;
      const json = declarationOf(known).secret ? vault.open(settingValue, key, value) : value;
      held.set(known, { value: JSON.parse(json) as unknown, version, updatedAt });
    }
  }
  await load();
  signals.on('setting', reload);

  const view = (key: SettingKey): View => viewOf(key, held.get(key));

  return {
    // The value was checked against the schema of its key when it was set.
    get<K extends SettingKey>(key: K) {
      figures.hits++;
      return (held.get(key)?.value ?? declarationOf(key).fallback) as SettingValue<K>;
    },
    list: () => settingKeys.map(view),

    async set(userId, key, input, version) {
      const { secret } = declarationOf(key);
      const json = JSON.stringify(checked(key, input));
      const value = secret ? vault.seal(settingValue, key, json) : json;
      try {
        await transaction(async () => {
          if (version === 0) await models.settings.create({ key, value, version: 1, updatedBy: userId });
          else {
            const values = { value, updatedBy: userId, version: literal('version + 1') as unknown as number };
            const [changed] = await models.settings.update(values, { where: { key, version } });
            if (changed === 0) throw new ApiError('conflict');
          }
          await history.add(key, version + 1, secret ? null : JSON.parse(json), userId);
          await signals.send('setting', key);
        });
      } catch (error) {
        throw error instanceof UniqueConstraintError ? new ApiError('conflict', { cause: error }) : error;
      }
      await load();
      return view(key);
    },

    history: history.of,
  };
}

/** @throws {ApiError} `invalid_request` when the value does not fit its key */
function checked(key: SettingKey, input: unknown): unknown {
  const parsed = declarationOf(key).schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const details = parsed.error.issues.map(({ path, message }) => ({ field: ['body.value', ...path].join('.'), message }));
  throw new ApiError('invalid_request', { details });
}

function viewOf(key: SettingKey, own: Held | undefined): View {
  const { group, description, fallback, secret = false } = declarationOf(key);
  const value = secret ? null : (own?.value ?? fallback);
  return {
    key,
    group,
    description,
    secret,
    value,
    isSet: Boolean(own),
    version: own?.version ?? 0,
    updatedAt: own?.updatedAt.toISOString() ?? null,
  };
}
