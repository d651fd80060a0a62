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
import type { OrderEvent, OrderStatus } from './machine.ts';

export const orderTypes = ['service', 'consultation', 'course', 'drug'] as const;
export type OrderType = (typeof orderTypes)[number];

export interface OrderRow extends Model<InferAttributes<OrderRow>, InferCreationAttributes<OrderRow>> {
  id: string;
  /** `ORDER` + day + number of the day. */
  orderNo: string;
  userId: string;
  type: OrderType;
  status: OrderStatus;
  amount: Fen;
  /** Given back so far; never more than `amount`. */
  refunded: CreationOptional<Fen>;
  /** Unpaid until then it is closed; null: never. */
  expiresAt: Date | null;
  paidAt: CreationOptional<Date | null>;
  /** Of the payment that paid it. */
  paymentNo: CreationOptional<string | null>;
  /** Sealed JSON: name and phone to reach. */
  contactSealed: string | null;
  /** What was bought, as it was described then. No personal data. */
  serviceInfo: Record<string, unknown>;
  version: number;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

export interface OrderItemRow extends Model<InferAttributes<OrderItemRow>, InferCreationAttributes<OrderItemRow>> {
  id: string;
  orderId: string;
  kind: OrderType;
  /** Id of the service, course or medicine. */
  refId: string;
  title: string;
  unitPrice: Fen;
  quantity: number;
  amount: Fen;
}

/** One step of an order. */
export interface OrderLogRow extends Model<InferAttributes<OrderLogRow>, InferCreationAttributes<OrderLogRow>> {
  orderId: string;
  /** Of the order after the step. */
  version: number;
  event: OrderEvent | 'CREATE';
  fromStatus: OrderStatus | null;
  toStatus: OrderStatus;
  /** Null: the system. */
  actorId: string | null;
  /** Of the system; what people write is sealed. */
  reason: string | null;
  reasonSealed: CreationOptional<string | null>;
  requestId: string | null;
  createdAt: CreationOptional<Date>;
}

export const orderReason = sealedColumn('order_log', 'reason_sealed', 'order_id');
export const orderContact = sealedColumn('orders', 'contact_sealed');

export function defineOrders(sequelize: Sequelize) {
  const uuid = () => DataTypes.STRING(36);
  const money = (name: string, defaultValue?: number) => moneyColumn(sequelize, name, defaultValue === undefined ? {} : { defaultValue });
  return {
    orders: sequelize.define<OrderRow>(
      'order',
      {
        id: { type: uuid(), primaryKey: true },
        orderNo: DataTypes.STRING(32),
        userId: uuid(),
        type: DataTypes.STRING(16),
        status: DataTypes.STRING(16),
        amount: money('amount'),
        refunded: money('refunded', 0),
        expiresAt: DataTypes.DATE(3),
        paidAt: DataTypes.DATE(3),
        paymentNo: DataTypes.STRING(64),
        contactSealed: DataTypes.TEXT,
        serviceInfo: jsonColumn('serviceInfo'),
        version: DataTypes.INTEGER,
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { tableName: 'orders', underscored: true },
    ),
    orderItems: sequelize.define<OrderItemRow>(
      'orderItem',
      {
        id: { type: uuid(), primaryKey: true },
        orderId: uuid(),
        kind: DataTypes.STRING(16),
        refId: uuid(),
        title: DataTypes.STRING(200),
        unitPrice: money('unitPrice'),
        quantity: DataTypes.INTEGER,
        amount: money('amount'),
      },
      { tableName: 'order_items', underscored: true, timestamps: false },
    ),
    orderLog: sequelize.define<OrderLogRow>(
      'orderStep',
      {
        orderId: { type: uuid(), primaryKey: true },
        version: { type: DataTypes.INTEGER, primaryKey: true },
        event: DataTypes.STRING(20),
        fromStatus: DataTypes.STRING(16),
        toStatus: DataTypes.STRING(16),
        actorId: uuid(),
        reason: DataTypes.STRING(300),
        reasonSealed: DataTypes.TEXT,
        requestId: DataTypes.STRING(64),
        createdAt: DataTypes.DATE(3),
      },
      { tableName: 'order_log', underscored: true, updatedAt: false },
    ),
  };
}
