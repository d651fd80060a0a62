/** Parameters of the clinic: read at once from memory, changed through the API, heard by every process within a second. */
import { literal, UniqueConstraintError } from 'sequelize';
import type { z } from 'zod';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { orderOf, slice } from '#src/plugins/fields.ts';
import type { Signals } from '#src/signals/signals.ts';
import { declarationOf, type SettingKey, settingKeys, type SettingValue } from './catalogue.ts';
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
export async function createSettings({ models, transaction }: Database, vault: Vault, signals: Signals): Promise<Settings> {
  const held = new Map<SettingKey, Held>();

  async function load(): Promise<void> {
    for (const { key, value, version, updatedAt } of await models.settings.findAll()) {
      const known = settingKeys.find((name) => name === key);
      // A later version's setting after a step back is left alone.
      if (!known) continue;
      const json = declarationOf(known).secret ? vault.open(settingValue, key, value) : value;
      held.set(known, { value: JSON.parse(json) as unknown, version, updatedAt });
    }
  }
  await load();
  signals.on('setting', () => void load().catch(() => undefined));

  const view = (key: SettingKey): View => viewOf(key, held.get(key));

  return {
    // The value was checked against the schema of its key when it was set.
    get: <K extends SettingKey>(key: K) => (held.get(key)?.value ?? declarationOf(key).fallback) as SettingValue<K>,
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
          await models.settingHistory.create({ key, value: secret ? null : json, version: version + 1, changedBy: userId });
          await signals.send('setting', key);
        });
      } catch (error) {
        throw error instanceof UniqueConstraintError ? new ApiError('conflict', { cause: error }) : error;
      }
      await load();
      return view(key);
    },

    history: (key, query) => history(models, key, query),
  };
}

/** @throws {ApiError} `invalid_request` when the value does not fit its key */
function checked(key: SettingKey, input: unknown): unknown {
  const parsed = declarationOf(key).schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const details = parsed.error.issues.map(({ path, message }) => ({ field: ['body.value', ...path].join('.'), message }));
  throw new ApiError('invalid_request', { details });
}

async function history(
  models: Database['models'],
  key: SettingKey,
  query: z.infer<typeof schemas.historyQuery>,
): Promise<z.infer<typeof schemas.historyList>> {
  const { rows, count } = await models.settingHistory.findAndCountAll({
    where: { key },
    order: orderOf(query.sort, 'version'),
    ...slice(query),
  });
  const items = rows.map(({ value, version, changedBy, createdAt }) => ({
    version,
    value: value === null ? null : (JSON.parse(value) as unknown),
    changedBy,
    createdAt: createdAt.toISOString(),
  }));
  return { items, pagination: { page: query.page, pageSize: query.pageSize, total: count } };
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
