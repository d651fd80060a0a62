import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';

/** A login: what a token names and what can be revoked. */
export interface SessionRow extends Model<InferAttributes<SessionRow>, InferCreationAttributes<SessionRow>> {
  id: string;
  userId: string;
  createdAt: CreationOptional<Date>;
  expiresAt: Date;
  revokedAt: CreationOptional<Date | null>;
}

export function defineSessions(sequelize: Sequelize) {
  return sequelize.define<SessionRow>(
    'session',
    {
      id: { type: DataTypes.STRING(36), primaryKey: true },
      userId: DataTypes.STRING(36),
      createdAt: DataTypes.DATE(3),
      expiresAt: DataTypes.DATE(3),
      revokedAt: DataTypes.DATE(3),
    },
    { tableName: 'sessions', underscored: true, updatedAt: false },
  );
}
