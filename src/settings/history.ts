/** Who changed what a clinic is set to, version by version: parameters, accounts at partners. Never a secret. */
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { orderOf, slice } from '#src/plugins/fields.ts';
import type { historyQuery } from './schemas.ts';

export interface HistoryEntry {
  version: number;
  /** Null: it was a secret. */
  value: unknown;
  changedBy: string | null;
  createdAt: string;
}

export interface SettingHistory {
  /** In the transaction of the change. @param value as anybody may see it who may change it; null: a secret */
  add(key: string, version: number, value: unknown, changedBy: string): Promise<void>;
  of(
    key: string,
    query: z.infer<typeof historyQuery>,
  ): Promise<{ items: HistoryEntry[]; pagination: { page: number; pageSize: number; total: number } }>;
}

export function createSettingHistory({ models: { settingHistory } }: Database): SettingHistory {
  return {
    async add(key, version, value, changedBy) {
      await settingHistory.create({ key, version, changedBy, value: value === null ? null : JSON.stringify(value) });
    },
    async of(key, query) {
      const { rows, count } = await settingHistory.findAndCountAll({
        where: { key },
        order: orderOf(query.sort, 'version'),
        ...slice(query),
      });
      const items = rows.map(({ value, version, changedBy, createdAt }) => ({
        ...{ version, changedBy, createdAt: createdAt.toISOString() },
        value: value === null ? null : (JSON.parse(value) as unknown),
      }));
      return { items, pagination: { page: query.page, pageSize: query.pageSize, total: count } };
    },
  };
}
