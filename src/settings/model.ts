import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { sealedColumn } from '#src/crypto/vault.ts';

/** A setting that differs from its default. */
export interface SettingRow extends Model<InferAttributes<SettingRow>, InferCreationAttributes<SettingRow>> {
  key: string;
  /** JSON; sealed text for secrets. */
  value: string;
  version: number;
  updatedBy: string | null;
  updatedAt: CreationOptional<Date>;
}

/** One change of a setting. */
export interface SettingHistoryRow extends Model<InferAttributes<SettingHistoryRow>, InferCreationAttributes<SettingHistoryRow>> {
  id: CreationOptional<number>;
  key: string;
  /** JSON; null for secrets. */
  value: string | null;
  version: number;
  changedBy: string | null;
  createdAt: CreationOptional<Date>;
}

/** Only rows of secrets are sealed; rotation passes over the others, which do not begin with the id of a key. */
export const settingValue = sealedColumn('settings', 'value', 'key');

export function defineSettings(sequelize: Sequelize) {
  return {
    settings: sequelize.define<SettingRow>(
      'setting',
      {
        key: { type: DataTypes.STRING(60), primaryKey: true },
        value: DataTypes.TEXT,
        version: DataTypes.INTEGER,
        updatedBy: DataTypes.STRING(36),
        updatedAt: DataTypes.DATE(3),
      },
      { tableName: 'settings', underscored: true, createdAt: false },
    ),
    settingHistory: sequelize.define<SettingHistoryRow>(
      'settingHistory',
      {
        id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true },
        key: DataTypes.STRING(60),
        value: DataTypes.TEXT,
        version: DataTypes.INTEGER,
        changedBy: DataTypes.STRING(36),
        createdAt: DataTypes.DATE(3),
      },
      { tableName: 'setting_history', underscored: true, updatedAt: false },
    ),
  };
}
