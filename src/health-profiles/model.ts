import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { sealedValue } from '#src/crypto/sealed-value.ts';
import { sealedColumn } from '#src/crypto/vault.ts';
import { details } from './schemas.ts';

/** What a user's doctors should know (健康档案). */
export interface HealthProfileRow extends Model<InferAttributes<HealthProfileRow>, InferCreationAttributes<HealthProfileRow>> {
  userId: string;
  bloodType: 'A' | 'B' | 'AB' | 'O' | null;
  /** Centimetres and kilograms with two decimals; MariaDB gives text. */
  height: number | string | null;
  weight: number | string | null;
  /** kg/m², two decimals, from the two above. */
  bmi: number | string | null;
  hasAllergy: boolean;
  detailsSealed: string | null;
  version: CreationOptional<number>;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

export interface HealthTagRow extends Model<InferAttributes<HealthTagRow>, InferCreationAttributes<HealthTagRow>> {
  id: string;
  userId: string;
  tagIndex: string;
  tagSealed: string;
}

export const detailsColumn = sealedValue(sealedColumn('health_profiles', 'details_sealed', 'user_id'), details);
export const tagColumn = sealedColumn('user_health_tags', 'tag_sealed');

export function defineHealthProfiles(sequelize: Sequelize) {
  return {
    healthProfiles: sequelize.define<HealthProfileRow>(
      'healthProfile',
      {
        userId: { type: DataTypes.STRING(36), primaryKey: true },
        bloodType: DataTypes.STRING(2),
        height: DataTypes.DECIMAL(5, 2),
        weight: DataTypes.DECIMAL(5, 2),
        bmi: DataTypes.DECIMAL(4, 2),
        hasAllergy: DataTypes.BOOLEAN,
        detailsSealed: DataTypes.TEXT,
        version: { type: DataTypes.INTEGER, defaultValue: 1 },
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { tableName: 'health_profiles', underscored: true },
    ),
    healthTags: sequelize.define<HealthTagRow>(
      'userHealthTag',
      {
        id: { type: DataTypes.STRING(36), primaryKey: true },
        userId: DataTypes.STRING(36),
        tagIndex: DataTypes.STRING(64),
        tagSealed: DataTypes.STRING(500),
      },
      { tableName: 'user_health_tags', underscored: true, timestamps: false },
    ),
  };
}
