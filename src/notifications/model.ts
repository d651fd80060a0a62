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
import type { Channel, NotificationClass, NotificationKind, NotificationType, SubjectType } from './kinds.ts';

/** Something that somebody was told. Its id is that of the outbox row that asked for it: the row is there once. */
export interface NotificationRow extends Model<InferAttributes<NotificationRow>, InferCreationAttributes<NotificationRow>> {
  id: string;
  userId: string;
  /** Older rows may name kinds that are gone. */
  kind: NotificationKind;
  class: NotificationClass;
  subjectType: SubjectType;
  subjectId: string;
  /** Who was told what is about health: the words are sealed. Null once the person has deleted it. */
  contentSealed: string | null;
  /** In the list of the page: not when the person wants none there, or has deleted it. */
  shown: boolean;
  readAt: CreationOptional<Date | null>;
  createdAt: CreationOptional<Date>;
}

/** A channel that somebody wants otherwise than by default. */
export interface PreferenceRow extends Model<InferAttributes<PreferenceRow>, InferCreationAttributes<PreferenceRow>> {
  userId: string;
  class: Exclude<NotificationClass, 'security'> | NotificationType;
  channel: Channel;
  enabled: boolean;
  updatedAt: CreationOptional<Date>;
}

const words = z.object({ title: z.string(), text: z.string() });
/** What a notification says, in every language: later changes of texts leave it alone. */
export const notificationContent = z.object({ zh: words, en: words, path: z.string().nullable() });
export const contentColumn = sealedValue(sealedColumn('notifications', 'content_sealed'), notificationContent);

export function defineNotifications(sequelize: Sequelize) {
  return {
    notifications: sequelize.define<NotificationRow>(
      'notification',
      {
        id: { type: DataTypes.STRING(36), primaryKey: true },
        userId: DataTypes.STRING(36),
        kind: DataTypes.STRING(40),
        class: DataTypes.STRING(12),
        subjectType: DataTypes.STRING(24),
        subjectId: DataTypes.STRING(36),
        contentSealed: DataTypes.TEXT('medium'),
        shown: DataTypes.BOOLEAN,
        readAt: DataTypes.DATE(3),
        createdAt: DataTypes.DATE(3),
      },
      { tableName: 'notifications', underscored: true, updatedAt: false },
    ),
    notificationPreferences: sequelize.define<PreferenceRow>(
      'notificationPreference',
      {
        userId: { type: DataTypes.STRING(36), primaryKey: true },
        class: { type: DataTypes.STRING(12), primaryKey: true },
        channel: { type: DataTypes.STRING(8), primaryKey: true },
        enabled: DataTypes.BOOLEAN,
        updatedAt: DataTypes.DATE(3),
      },
      { tableName: 'notification_preferences', underscored: true, createdAt: false },
    ),
  };
}
