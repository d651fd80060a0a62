import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { valueColumn } from '#src/database/value-column.ts';
import { scopes } from './schemas.ts';

/** A key with which another program acts for somebody, within its scopes. Only its hash is stored. */
export interface ApiKeyRow extends Model<InferAttributes<ApiKeyRow>, InferCreationAttributes<ApiKeyRow>> {
  id: string;
  name: string;
  /** Whom the program acts for; it may do what both this person and the key may. */
  userId: string;
  /** SHA-256, hexadecimal. */
  keyHash: string;
  /** First letters of the key, to tell keys apart. */
  prefix: string;
  /** Permissions. */
  scopes: string[];
  /** Null: never. */
  expiresAt: Date | null;
  lastUsedAt: CreationOptional<Date | null>;
  lastIp: CreationOptional<string | null>;
  revokedAt: CreationOptional<Date | null>;
  createdBy: string;
  createdAt: CreationOptional<Date>;
}

export function defineApiKeys(sequelize: Sequelize) {
  const reference = () => DataTypes.STRING(36);
  return sequelize.define<ApiKeyRow>(
    'apiKey',
    {
      id: { type: reference(), primaryKey: true },
      name: DataTypes.STRING(100),
      userId: reference(),
      keyHash: DataTypes.STRING(64),
      prefix: DataTypes.STRING(12),
      scopes: valueColumn('scopes', scopes),
      expiresAt: DataTypes.DATE(3),
      lastUsedAt: DataTypes.DATE(3),
      lastIp: DataTypes.STRING(45),
      revokedAt: DataTypes.DATE(3),
      createdBy: reference(),
      createdAt: DataTypes.DATE(3),
    },
    { tableName: 'api_keys', underscored: true, updatedAt: false },
  );
}
