import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';

export interface UserRow extends Model<InferAttributes<UserRow>, InferCreationAttributes<UserRow>> {
  id: string;
  /** Name to sign in with, lower case. */
  account: string;
  name: string;
  /** argon2id, PHC string */
  passwordHash: string;
  status: 'active' | 'disabled';
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

export function defineUsers(sequelize: Sequelize) {
  return sequelize.define<UserRow>(
    'user',
    {
      id: { type: DataTypes.STRING(36), primaryKey: true },
      account: DataTypes.STRING(64),
      name: DataTypes.STRING(100),
      passwordHash: DataTypes.STRING,
      status: DataTypes.STRING(16),
      createdAt: DataTypes.DATE(3),
      updatedAt: DataTypes.DATE(3),
    },
    { tableName: 'users', underscored: true },
  );
}
