/**
 * Moves balances: a guarded update and a row of the ledger for each movement, in one transaction (ORD-08, reliability rule 3). The
 * database refuses what would go below zero; nothing is decided by what was read before.
 */
import { literal, Op, type WhereAttributeHash } from 'sequelize';
import { withViolations } from '#src/database/constraints.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { type Fen, MAX_FEN, moneyValue } from '#src/money.ts';
import type { BalanceRow, EntryKind } from './model.ts';

export interface Movement {
  userId: string;
  /** Negative: taken. Not zero. */
  amount: Fen;
  kind: EntryKind;
  /** What it is for; a second movement of the kind for the same thing is refused by the database. */
  refId: string;
  note?: string | undefined;
  /** Null: the system. */
  actorId: string | null;
}

export interface Ledger {
  /**
   * Books all of the movements or none, also within the caller's transaction. Rows are locked in the order of their users.
   * @throws {ApiError} `insufficient_balance`, `balance_limit`, `unknown_user`
   */
  book(movements: readonly Movement[]): Promise<void>;
}

export function createLedger(database: Database): Ledger {
  const { models, sequelize, transaction } = database;

  async function move(userId: string, amount: Fen): Promise<boolean> {
    const enough = amount < 0 ? { [Op.gte]: -amount } : { [Op.lte]: MAX_FEN - amount };
    const where: WhereAttributeHash<BalanceRow> = { userId, balance: enough };
    const sum = literal(`balance ${amount < 0 ? '-' : '+'} ${moneyValue(sequelize, Math.abs(amount))}`) as unknown as Fen;
    const [changed] = await models.balances.update({ balance: sum, entries: literal('entries + 1') as unknown as number }, { where });
    return changed > 0;
  }

  /** An account is there from its first movement on. */
  async function open(userId: string): Promise<void> {
    const account = { userId, balance: 0, entries: 0 };
    // Not `ignoreDuplicates`: that takes a shared lock, and two who then want more than that deadlock.
    const create = () => models.balances.bulkCreate([account], { updateOnDuplicate: ['userId'] });
    await withViolations({ reference: 'unknown_user' }, create);
  }

  async function bookOne({ userId, amount, kind, refId, note, actorId }: Movement): Promise<void> {
    if (!(await move(userId, amount))) {
      if (amount < 0) throw new ApiError('insufficient_balance');
      await open(userId);
      if (!(await move(userId, amount))) throw new ApiError('balance_limit');
    }
    // The row is locked by the update: nobody else is in between.
    const { balance, entries } = await models.balances.findByPk(userId, { rejectOnEmpty: true });
    const sums = { amount, before: balance - amount, after: balance };
    await models.balanceEntries.create({ userId, entry: entries, kind, refId, ...sums, note: note ?? null, actorId });
  }

  return {
    book: (movements) =>
      transaction(async () => {
        for (const movement of movements.toSorted((a, b) => (a.userId < b.userId ? -1 : 1))) await bookOne(movement);
      }),
  };
}
