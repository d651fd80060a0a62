import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';

/** `ready`: to be done at `runAt` or later; `dead`: gave up after the last try, waits for a person. */
export type OutboxState = 'ready' | 'done' | 'dead' | 'cancelled';

/** Something that must follow a change, written in the transaction of the change. */
export interface OutboxRow extends Model<InferAttributes<OutboxRow>, InferCreationAttributes<OutboxRow>> {
  id: string;
  topic: string;
  /** Rows of one aggregate are done in the order of their ids; null: in any order. */
  aggregate: CreationOptional<string | null>;
  /** Unique while the row exists: writing it twice is one row. Also the handle for `cancel`. */
  dedupeKey: CreationOptional<string | null>;
  /** JSON: ids and plain values, never personal data. */
  payload: string;
  state: OutboxState;
  runAt: Date;
  attempts: CreationOptional<number>;
  claimedUntil: CreationOptional<Date | null>;
  lastError: CreationOptional<string | null>;
  /** Request that caused it, for the logs. */
  requestId: CreationOptional<string | null>;
  createdAt: CreationOptional<Date>;
  doneAt: CreationOptional<Date | null>;
}

export function defineOutbox(sequelize: Sequelize) {
  return sequelize.define<OutboxRow>(
    'outboxRow',
    {
      id: { type: DataTypes.STRING(36), primaryKey: true },
      topic: DataTypes.STRING(60),
      aggregate: DataTypes.STRING(80),
      dedupeKey: DataTypes.STRING(120),
      payload: DataTypes.TEXT,
      state: DataTypes.STRING(12),
      runAt: DataTypes.DATE(3),
      attempts: { type: DataTypes.INTEGER, defaultValue: 0 },
      claimedUntil: DataTypes.DATE(3),
      lastError: DataTypes.STRING(500),
      requestId: DataTypes.STRING(64),
      createdAt: DataTypes.DATE(3),
      doneAt: DataTypes.DATE(3),
    },
    { tableName: 'outbox', underscored: true, updatedAt: false },
  );
}
