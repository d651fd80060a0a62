import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';

/** Who does something that only one may do; see `locks.ts`. */
export interface LockRow extends Model<InferAttributes<LockRow>, InferCreationAttributes<LockRow>> {
  name: string;
  /** Of its owner. */
  token: string;
  /** From then on anybody may take it. */
  expiresAt: Date;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

export function defineLocks(sequelize: Sequelize) {
  return sequelize.define<LockRow>(
    'lock',
    {
      name: { type: DataTypes.STRING(60), primaryKey: true },
      token: DataTypes.STRING(36),
      expiresAt: DataTypes.DATE(3),
      createdAt: DataTypes.DATE(3),
      updatedAt: DataTypes.DATE(3),
    },
    { tableName: 'locks', underscored: true },
  );
}
