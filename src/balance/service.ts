/** What users have with the clinic: their balance and its ledger (ORD-08). */
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { readMoney, toFen, toYuan } from '#src/money.ts';
import { slice } from '#src/plugins/fields.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { createLedger, type Ledger } from './ledger.ts';
import type { BalanceEntryRow, EntryKind } from './model.ts';
import type * as schemas from './schemas.ts';

type View = z.infer<typeof schemas.balanceView>;

export interface Balances extends Ledger {
  /** Nothing for a user who never had any. */
  of(userId: string): Promise<View>;
  /** Newest first. */
  entries(userId: string, query: z.infer<typeof schemas.query>): Promise<z.infer<typeof schemas.entryList>>;
  /** Money that was handed over at the desk. @throws {ApiError} `unknown_user`, `balance_limit` */
  topUp(caller: Caller, userId: string, input: z.infer<typeof schemas.topUp>): Promise<View>;
  /** A correction. Nobody corrects an own balance. @throws {ApiError} `unknown_user`, `insufficient_balance`, `balance_limit`, `forbidden` */
  adjust(caller: Caller, userId: string, input: z.infer<typeof schemas.adjustment>): Promise<View>;
}

export function createBalances(database: Database): Balances {
  const { models, prepared, sequelize } = database;
  const ledger = createLedger(database);

  async function of(userId: string): Promise<View> {
    const account = await prepared.one<{ balance: number | string }>('SELECT balance FROM balances WHERE user_id = ?', [userId]);
    return { userId, balance: account ? toYuan(readMoney(sequelize, account.balance)) : 0 };
  }
  async function change(caller: Caller, userId: string, kind: EntryKind, yuan: number, note: string): Promise<View> {
    if (caller.userId === userId) throw new ApiError('forbidden');
    await database.transaction(async () => {
      if (!(await models.users.findByPk(userId, { attributes: ['id'] }))) throw new ApiError('unknown_user');
      await ledger.book([{ userId, amount: toFen(yuan), kind, refId: uuid(), note, actorId: caller.userId }]);
    });
    return of(userId);
  }

  return {
    ...ledger,
    of,
    topUp: (caller, userId, { amount, note }) => change(caller, userId, 'topup', amount, note),
    adjust: (caller, userId, { amount, note }) => change(caller, userId, 'adjustment', amount, note),

    async entries(userId, query) {
      const where = { userId, ...(query.kind && { kind: query.kind }) };
      const { rows, count } = await models.balanceEntries.findAndCountAll({
        where,
        order: [['entry', query.sort.startsWith('-') ? 'DESC' : 'ASC']],
        ...slice(query),
      });
      return { items: rows.map(entryView), pagination: { page: query.page, pageSize: query.pageSize, total: count } };
    },
  };
}

function entryView({ entry, kind, amount, before, after, refId, note, actorId, createdAt }: BalanceEntryRow) {
  return {
    ...{ entry, kind, refId, note, actorId, createdAt: createdAt.toISOString() },
    ...{ amount: toYuan(amount), before: toYuan(before), after: toYuan(after) },
  };
}
