import {
  type CreationOptional,
  DataTypes,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import type { Role } from '#rooms/protocol.ts';
import { sealedColumn } from '#src/crypto/vault.ts';

export interface MessageRow extends Model<InferAttributes<MessageRow>, InferCreationAttributes<MessageRow>> {
  consultationId: string;
  /** 1, 2, 3, … in one visit */
  seq: number;
  memberId: string;
  clientMessageId: string;
  /** Name and role as they were when the message was sent. */
  name: string;
  role: Role;
  /** Of messages from before they were sealed; empty otherwise. */
  text: CreationOptional<string>;
  textSealed: CreationOptional<string | null>;
  sentAt: Date;
}

export const messageText = sealedColumn('chat_messages', 'text_sealed', 'consultation_id');

export function defineMessages(sequelize: Sequelize) {
  return sequelize.define<MessageRow>(
    'chatMessage',
    {
      consultationId: { type: DataTypes.STRING(36), primaryKey: true },
      seq: { type: DataTypes.INTEGER, primaryKey: true },
      memberId: DataTypes.STRING(36),
      clientMessageId: DataTypes.STRING(64),
      name: DataTypes.STRING(100),
      role: DataTypes.STRING(16),
      text: { type: DataTypes.TEXT, defaultValue: '' },
      textSealed: DataTypes.TEXT,
      sentAt: DataTypes.DATE(3),
    },
    { tableName: 'chat_messages', underscored: true, timestamps: false },
  );
}
