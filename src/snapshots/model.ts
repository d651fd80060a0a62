import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';

/** What a room needs to come back after its node is gone. */
export interface SnapshotRow extends Model<InferAttributes<SnapshotRow>, InferCreationAttributes<SnapshotRow>> {
  roomId: string;
  epoch: number;
  json: string;
  updatedAt: CreationOptional<Date>;
}

export function defineSnapshots(sequelize: Sequelize) {
  return sequelize.define<SnapshotRow>(
    'roomSnapshot',
    {
      roomId: { type: DataTypes.STRING(100), primaryKey: true },
      epoch: DataTypes.INTEGER,
      json: DataTypes.TEXT('medium'),
      updatedAt: DataTypes.DATE(3),
    },
    { tableName: 'room_snapshots', underscored: true, createdAt: false },
  );
}
