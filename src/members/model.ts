import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import type { Role } from '#rooms/protocol.ts';

/** A person's place in a visit; a guest has no user. */
export interface MemberRow extends Model<InferAttributes<MemberRow>, InferCreationAttributes<MemberRow>> {
  id: string;
  consultationId: string;
  userId: string | null;
  name: string;
  role: Role;
  /** Raised when access is withdrawn or given back; a guest's token of an older one is dead. */
  accessEpoch: number;
  removedAt: CreationOptional<Date | null>;
  /** Number of the last chat message that was read; only people with an account say so. */
  readSeq: CreationOptional<number>;
  createdAt: CreationOptional<Date>;
}

export function defineMembers(sequelize: Sequelize) {
  return sequelize.define<MemberRow>(
    'consultationMember',
    {
      id: { type: DataTypes.STRING(36), primaryKey: true },
      consultationId: DataTypes.STRING(36),
      userId: DataTypes.STRING(36),
      name: DataTypes.STRING(100),
      role: DataTypes.STRING(16),
      accessEpoch: DataTypes.INTEGER,
      removedAt: DataTypes.DATE(3),
      readSeq: { type: DataTypes.INTEGER, defaultValue: 0 },
      createdAt: DataTypes.DATE(3),
    },
    { tableName: 'consultation_members', underscored: true, updatedAt: false },
  );
}
