import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { type Fen, moneyColumn } from '#src/money.ts';

export const entryKinds = ['topup', 'payment', 'refund', 'adjustment'] as const;
export type EntryKind = (typeof entryKinds)[number];

/** Money that a user has with the clinic. */
export interface BalanceRow extends Model<InferAttributes<BalanceRow>, InferCreationAttributes<BalanceRow>> {
  userId: string;
  /** Never below zero. */
  balance: Fen;
  /** Entries of the ledger so far. */
  entries: number;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

/** One entry of the ledger; never changed. Its `before` is the `after` of the entry before it. */
export interface BalanceEntryRow extends Model<InferAttributes<BalanceEntryRow>, InferCreationAttributes<BalanceEntryRow>> {
  userId: string;
  /** Counts from 1 for each user. */
  entry: number;
  kind: EntryKind;
  /** Payment, refund, or an id of its own: there is one entry of a kind about it. */
  refId: string;
  /** Negative: taken. */
  amount: Fen;
  before: Fen;
  after: Fen;
  note: string | null;
  /** Null: the system. */
  actorId: string | null;
  createdAt: CreationOptional<Date>;
}

export function defineBalances(sequelize: Sequelize) {
  const money = (name: string, field: string) => ({ ...moneyColumn(sequelize, name), field });
  return {
    balances: sequelize.define<BalanceRow>(
      'balance',
      {
        userId: { type: DataTypes.STRING(36), primaryKey: true },
        balance: money('balance', 'balance'),
        entries: DataTypes.INTEGER,
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { tableName: 'balances', underscored: true },
    ),
    balanceEntries: sequelize.define<BalanceEntryRow>(
      'balanceEntry',
      {
        userId: { type: DataTypes.STRING(36), primaryKey: true },
        entry: { type: DataTypes.INTEGER, primaryKey: true },
        kind: DataTypes.STRING(12),
        refId: DataTypes.STRING(36),
        amount: money('amount', 'amount'),
        before: money('before', 'balance_before'),
        after: money('after', 'balance_after'),
        note: DataTypes.STRING(300),
        actorId: DataTypes.STRING(36),
        createdAt: DataTypes.DATE(3),
      },
      { tableName: 'balance_transactions', underscored: true, updatedAt: false },
    ),
  };
}
