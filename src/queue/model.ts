import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';

/** Somebody who waits for their practitioner. */
export interface QueueRow extends Model<InferAttributes<QueueRow>, InferCreationAttributes<QueueRow>> {
  appointmentId: string;
  practitionerId: string;
  userId: string;
  state: 'waiting' | 'called' | 'left';
  /** Higher comes first. */
  priority: number;
  /** Number in the order of arrival at this practitioner. */
  arrival: number;
  joinedAt: Date;
  calledAt: CreationOptional<Date | null>;
}

export function defineQueue(sequelize: Sequelize) {
  return sequelize.define<QueueRow>(
    'queueEntry',
    {
      appointmentId: { type: DataTypes.STRING(36), primaryKey: true },
      practitionerId: DataTypes.STRING(36),
      userId: DataTypes.STRING(36),
      state: DataTypes.STRING(8),
      priority: DataTypes.INTEGER,
      arrival: DataTypes.INTEGER,
      joinedAt: DataTypes.DATE(3),
      calledAt: DataTypes.DATE(3),
    },
    { tableName: 'queue_entries', underscored: true, timestamps: false },
  );
}
