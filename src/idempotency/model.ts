import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { sealedColumn } from '#src/crypto/vault.ts';

/** A request that was done under an `Idempotency-Key`, with its answer. */
export interface IdempotencyRow extends Model<InferAttributes<IdempotencyRow>, InferCreationAttributes<IdempotencyRow>> {
  /** User id; keys of two users never meet. */
  owner: string;
  key: string;
  /** Method and route. */
  route: string;
  /** SHA-256 of parameters and body. */
  bodyHash: string;
  /** Sealed JSON of the data; null while the first request is under way. */
  answer: CreationOptional<string | null>;
  /** Kept for ever: money. */
  keep: boolean;
  createdAt: CreationOptional<Date>;
}

export const answerColumn = sealedColumn('idempotency_keys', 'answer', 'key');

export function defineIdempotency(sequelize: Sequelize) {
  return sequelize.define<IdempotencyRow>(
    'idempotencyKey',
    {
      owner: { type: DataTypes.STRING(36), primaryKey: true },
      key: { type: DataTypes.STRING(100), primaryKey: true },
      route: DataTypes.STRING(120),
      bodyHash: DataTypes.STRING(64),
      answer: DataTypes.TEXT('medium'),
      keep: DataTypes.BOOLEAN,
      createdAt: DataTypes.DATE(3),
    },
    { tableName: 'idempotency_keys', underscored: true, updatedAt: false },
  );
}
