import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { sealedColumn } from '#src/crypto/vault.ts';
import { type Fen, moneyColumn } from '#src/money.ts';

/**
 * Why there is one. `request`: its payer asked; `cancelled`: the paid order was called off; `surplus`: a payment that came too late or
 * twice; `retry`: an earlier one failed.
 */
export const refundOrigins = ['request', 'cancelled', 'surplus', 'retry'] as const;
export type RefundOrigin = (typeof refundOrigins)[number];

/**
 * `approved`: to be done; `processing`: the partner was asked. `failed`: over, nothing came back. `abnormal`: the payer's account
 * takes no money, a person has to finish it at the partner.
 */
export const refundStates = ['requested', 'withdrawn', 'rejected', 'approved', 'processing', 'succeeded', 'failed', 'abnormal'] as const;
export type RefundState = (typeof refundStates)[number];

export interface RefundRow extends Model<InferAttributes<RefundRow>, InferCreationAttributes<RefundRow>> {
  id: string;
  /** Ours at the partner: 32 characters. */
  refundNo: string;
  orderId: string;
  paymentId: string;
  userId: string;
  origin: RefundOrigin;
  amount: Fen;
  /** In the words of who asked. */
  reasonSealed: string | null;
  state: RefundState;
  /** Code of why it failed. */
  failure: CreationOptional<string | null>;
  /** The partner's number. */
  gatewayNo: CreationOptional<string | null>;
  /** What there is one of: the open request of an order, what follows a cancellation or a surplus payment. */
  uniqueKey: string | null;
  reviewerId: CreationOptional<string | null>;
  reviewedAt: CreationOptional<Date | null>;
  /** Of the reviewer to the payer. */
  noteSealed: CreationOptional<string | null>;
  refundedAt: CreationOptional<Date | null>;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

export const refundReason = sealedColumn('refunds', 'reason_sealed');
export const refundNote = sealedColumn('refunds', 'note_sealed');

export function defineRefunds(sequelize: Sequelize) {
  const uuid = () => DataTypes.STRING(36);
  return sequelize.define<RefundRow>(
    'refund',
    {
      id: { type: uuid(), primaryKey: true },
      refundNo: DataTypes.STRING(32),
      orderId: uuid(),
      paymentId: uuid(),
      userId: uuid(),
      origin: DataTypes.STRING(12),
      amount: moneyColumn(sequelize, 'amount'),
      reasonSealed: DataTypes.TEXT,
      state: DataTypes.STRING(12),
      failure: DataTypes.STRING(64),
      gatewayNo: DataTypes.STRING(64),
      uniqueKey: DataTypes.STRING(60),
      reviewerId: uuid(),
      reviewedAt: DataTypes.DATE(3),
      noteSealed: DataTypes.TEXT,
      refundedAt: DataTypes.DATE(3),
      createdAt: DataTypes.DATE(3),
      updatedAt: DataTypes.DATE(3),
    },
    { tableName: 'refunds', underscored: true },
  );
}
