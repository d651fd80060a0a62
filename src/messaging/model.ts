import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { z } from 'zod';
import { sealedValue } from '#src/crypto/sealed-value.ts';
import { sealedColumn } from '#src/crypto/vault.ts';
import type { Locale, MessageKind, TemplateName } from './templates/catalogue.ts';

export const outsideChannels = ['sms', 'email'] as const;
export type OutsideChannel = (typeof outsideChannels)[number];

/**
 * `unknown`: handed to the provider, and nobody knows (or knows yet) what became of it. Such a message is never sent again by
 * itself: it may have arrived.
 */
export const deliveryStates = ['queued', 'sent', 'delivered', 'failed', 'unknown'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** One message on one channel: what the log of messages shows. */
export interface DeliveryRow extends Model<InferAttributes<DeliveryRow>, InferCreationAttributes<DeliveryRow>> {
  id: string;
  /** At most one row for each of its channels. Null for verification codes. */
  notificationId: string | null;
  userId: string | null;
  channel: OutsideChannel;
  kind: MessageKind;
  template: TemplateName;
  /** Masked. */
  recipient: string;
  /** Null once it was sent, and for verification codes. */
  variablesSealed: string | null;
  provider: CreationOptional<string | null>;
  /** The provider's id of the message. */
  providerId: CreationOptional<string | null>;
  state: DeliveryState;
  /** The provider's own code, or one of ours: `no_address`, `opted_out`, `expired`, `template`, `no_provider`. */
  errorCode: CreationOptional<string | null>;
  attempts: number;
  sentAt: CreationOptional<Date | null>;
  /** When the provider reported that it arrived. */
  deliveredAt: CreationOptional<Date | null>;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

/** Words that an administrator has put in place of the built-in ones. */
export interface TemplateRow extends Model<InferAttributes<TemplateRow>, InferCreationAttributes<TemplateRow>> {
  name: TemplateName;
  locale: Locale;
  title: string;
  text: string;
  sms: string;
  action: string | null;
  version: number;
  updatedBy: string | null;
  updatedAt: CreationOptional<Date>;
}

/** A provider's code of a text that it has approved. */
export interface TemplateCodeRow extends Model<InferAttributes<TemplateCodeRow>, InferCreationAttributes<TemplateCodeRow>> {
  provider: string;
  name: TemplateName;
  locale: Locale;
  code: string;
  updatedAt: CreationOptional<Date>;
}

export const variablesColumn = sealedValue(
  sealedColumn('deliveries', 'variables_sealed'),
  z.record(z.string(), z.union([z.string(), z.number()])),
);

export function defineMessaging(sequelize: Sequelize) {
  const key = (length: number) => ({ type: DataTypes.STRING(length), primaryKey: true });
  return {
    deliveries: sequelize.define<DeliveryRow>(
      'delivery',
      {
        id: key(36),
        notificationId: DataTypes.STRING(36),
        userId: DataTypes.STRING(36),
        channel: DataTypes.STRING(8),
        kind: DataTypes.STRING(16),
        template: DataTypes.STRING(40),
        recipient: DataTypes.STRING(260),
        variablesSealed: DataTypes.TEXT('medium'),
        provider: DataTypes.STRING(24),
        providerId: DataTypes.STRING,
        state: DataTypes.STRING(12),
        errorCode: DataTypes.STRING(120),
        attempts: DataTypes.INTEGER,
        sentAt: DataTypes.DATE(3),
        deliveredAt: DataTypes.DATE(3),
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { tableName: 'deliveries', underscored: true },
    ),
    messageTemplates: sequelize.define<TemplateRow>(
      'messageTemplate',
      {
        name: key(40),
        locale: key(8),
        title: DataTypes.STRING(200),
        text: DataTypes.TEXT,
        sms: DataTypes.STRING(500),
        action: DataTypes.STRING(60),
        version: DataTypes.INTEGER,
        updatedBy: DataTypes.STRING(36),
        updatedAt: DataTypes.DATE(3),
      },
      { tableName: 'message_templates', underscored: true, createdAt: false },
    ),
    smsTemplateCodes: sequelize.define<TemplateCodeRow>(
      'smsTemplateCode',
      { provider: key(24), name: key(40), locale: key(8), code: DataTypes.STRING(64), updatedAt: DataTypes.DATE(3) },
      { tableName: 'sms_template_codes', underscored: true, createdAt: false },
    ),
  };
}
