import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { sealedColumn } from '#src/crypto/vault.ts';
import { jsonColumn } from '#src/database/json-column.ts';
import { type Fen, moneyColumn } from '#src/money.ts';
import type { Channel, PayerAction, PaymentScene } from './gateways/gateway.ts';

/** Partners through which can be paid. */
export const paymentChannels = ['wechat', 'wechat_v2', 'alipay'] as const satisfies readonly Channel[];
export const paymentMethods = ['balance', ...paymentChannels] as const;
export type PaymentMethod = (typeof paymentMethods)[number];
export const paymentScenes = ['qr', 'in_app', 'mobile', 'page'] as const satisfies readonly PaymentScene[];

/**
 * `created`: stored, the partner may not know of it yet; `pending`: the payer can pay. `closed` and `failed` are how it looked last:
 * a payer who was faster than our news of it still makes it `paid`.
 */
export const paymentStates = ['created', 'pending', 'paid', 'closed', 'failed'] as const;
export type PaymentState = (typeof paymentStates)[number];
export const openStates = ['created', 'pending'] as const satisfies readonly PaymentState[];

/** One attempt to pay an order. */
export interface PaymentRow extends Model<InferAttributes<PaymentRow>, InferCreationAttributes<PaymentRow>> {
  id: string;
  /** Ours at the partner: 32 characters, stored before the partner is asked for the first time. */
  paymentNo: string;
  orderId: string;
  userId: string;
  method: PaymentMethod;
  scene: PaymentScene | null;
  amount: Fen;
  /** Given back, or on its way back. */
  claimed: CreationOptional<Fen>;
  state: PaymentState;
  /** Code of why it failed. */
  failure: CreationOptional<string | null>;
  /** The partner's number. */
  gatewayNo: CreationOptional<string | null>;
  /** What brings the payer to the partner, while it is open. */
  payerAction: CreationOptional<PayerAction | null>;
  /** Where a payer on a phone came from, while it is open: WeChat asks for it. */
  payerAddress: CreationOptional<string | null>;
  /** Order and method while it is open: there is one open attempt of each. */
  openKey: string | null;
  /** The order that it paid; null on a paid one: it came too late or twice, and goes back. */
  paidOrderId: CreationOptional<string | null>;
  /** The partner takes no money after it. */
  expiresAt: Date;
  paidAt: CreationOptional<Date | null>;
  /** When the payer last had us ask the partner. */
  askedAt: CreationOptional<Date | null>;
  /** When the partner was asked a last time about one that nobody paid. */
  reconciledAt: CreationOptional<Date | null>;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

/** A notice of a partner that had its effect. */
export interface PaymentEventRow extends Model<InferAttributes<PaymentEventRow>, InferCreationAttributes<PaymentEventRow>> {
  id: string;
  channel: Channel;
  /** The partner's id of it; comes once. */
  eventId: string;
  kind: 'payment' | 'refund';
  /** Of the payment or refund. */
  number: string;
  /** What it told. */
  state: string;
  amount: Fen;
  createdAt: CreationOptional<Date>;
}

/** How to reach a partner. */
export interface PaymentGatewayRow extends Model<InferAttributes<PaymentGatewayRow>, InferCreationAttributes<PaymentGatewayRow>> {
  channel: Channel;
  /** Off: no new payments; those that are there go on. */
  enabled: boolean;
  /** Sealed JSON with the keys. */
  optionsSealed: string;
  version: number;
  updatedBy: string | null;
  updatedAt: CreationOptional<Date>;
}

export const gatewayOptions = sealedColumn('payment_gateways', 'options_sealed', 'channel');

export function definePayments(sequelize: Sequelize) {
  const uuid = () => DataTypes.STRING(36);
  const time = () => DataTypes.DATE(3);
  return {
    payments: sequelize.define<PaymentRow>(
      'payment',
      {
        id: { type: uuid(), primaryKey: true },
        paymentNo: DataTypes.STRING(32),
        orderId: uuid(),
        userId: uuid(),
        method: DataTypes.STRING(12),
        scene: DataTypes.STRING(8),
        amount: moneyColumn(sequelize, 'amount'),
        claimed: moneyColumn(sequelize, 'claimed', { defaultValue: 0 }),
        state: DataTypes.STRING(8),
        failure: DataTypes.STRING(64),
        gatewayNo: DataTypes.STRING(64),
        payerAction: jsonColumn('payerAction'),
        payerAddress: DataTypes.STRING(45),
        openKey: DataTypes.STRING(60),
        paidOrderId: uuid(),
        expiresAt: time(),
        paidAt: time(),
        askedAt: time(),
        reconciledAt: time(),
        createdAt: time(),
        updatedAt: time(),
      },
      { tableName: 'payments', underscored: true },
    ),
    paymentEvents: sequelize.define<PaymentEventRow>(
      'paymentEvent',
      {
        id: { type: uuid(), primaryKey: true },
        channel: DataTypes.STRING(12),
        eventId: DataTypes.STRING(128),
        kind: DataTypes.STRING(8),
        number: DataTypes.STRING(32),
        state: DataTypes.STRING(12),
        amount: moneyColumn(sequelize, 'amount'),
        createdAt: time(),
      },
      { tableName: 'payment_events', underscored: true, updatedAt: false },
    ),
    paymentGateways: sequelize.define<PaymentGatewayRow>(
      'paymentGateway',
      {
        channel: { type: DataTypes.STRING(12), primaryKey: true },
        enabled: DataTypes.BOOLEAN,
        optionsSealed: DataTypes.TEXT,
        version: DataTypes.INTEGER,
        updatedBy: uuid(),
        updatedAt: time(),
      },
      { tableName: 'payment_gateways', underscored: true, createdAt: false },
    ),
  };
}
