import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';

/** Something cached in processes has changed; see `signals.ts`. */
export interface SignalRow extends Model<InferAttributes<SignalRow>, InferCreationAttributes<SignalRow>> {
  id: CreationOptional<number>;
  topic: string;
  subject: string;
  /** Process that sent it and knows already. */
  origin: string;
  createdAt: CreationOptional<Date>;
}

export function defineSignals(sequelize: Sequelize) {
  return sequelize.define<SignalRow>(
    'signal',
    {
      id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true },
      topic: DataTypes.STRING(40),
      subject: DataTypes.STRING(100),
      origin: DataTypes.STRING(36),
      createdAt: DataTypes.DATE(3),
    },
    { tableName: 'signals', underscored: true, updatedAt: false },
  );
}
