import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { sealedColumn } from '#src/crypto/vault.ts';

/** A person that a user books visits for (就诊人): the user, a child, a parent. */
export interface ProfileRow extends Model<InferAttributes<ProfileRow>, InferCreationAttributes<ProfileRow>> {
  id: string;
  userId: string;
  name: string;
  relationship: 'self' | 'family' | 'friend' | 'other';
  idNumberSealed: string | null;
  /** Equal for both forms of one number; null without number, and when deleted. */
  idNumberIndex: string | null;
  phoneSealed: string | null;
  /** `YYYY-MM-DD` */
  birthDate: string | null;
  sex: 'male' | 'female' | 'unknown';
  /** The user's id for the default profile, else null: a unique index keeps it to one. */
  defaultKey: CreationOptional<string | null>;
  /** Deleted ones stay, for the records that name them. */
  deletedAt: CreationOptional<Date | null>;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

export const idNumberColumn = sealedColumn('visit_profiles', 'id_number_sealed');
export const phoneColumn = sealedColumn('visit_profiles', 'phone_sealed');

export function defineProfiles(sequelize: Sequelize) {
  return sequelize.define<ProfileRow>(
    'visitProfile',
    {
      id: { type: DataTypes.STRING(36), primaryKey: true },
      userId: DataTypes.STRING(36),
      name: DataTypes.STRING(100),
      relationship: DataTypes.STRING(8),
      idNumberSealed: DataTypes.STRING(255),
      idNumberIndex: DataTypes.STRING(64),
      phoneSealed: DataTypes.STRING(255),
      birthDate: DataTypes.STRING(10),
      sex: DataTypes.STRING(8),
      defaultKey: DataTypes.STRING(36),
      deletedAt: DataTypes.DATE(3),
      createdAt: DataTypes.DATE(3),
      updatedAt: DataTypes.DATE(3),
    },
    { tableName: 'visit_profiles', underscored: true },
  );
}
