import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';

export interface DepartmentRow extends Model<InferAttributes<DepartmentRow>, InferCreationAttributes<DepartmentRow>> {
  id: string;
  /** Capital letters, digits, `-` and `_`. */
  code: string;
  name: string;
  description: string | null;
  /** Disabled ones are hidden, and their practitioners take no bookings. */
  enabled: boolean;
  sortOrder: number;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

export function defineDepartments(sequelize: Sequelize) {
  return sequelize.define<DepartmentRow>(
    'department',
    {
      id: { type: DataTypes.STRING(36), primaryKey: true },
      code: DataTypes.STRING(40),
      name: DataTypes.STRING(100),
      description: DataTypes.STRING(1000),
      enabled: DataTypes.BOOLEAN,
      sortOrder: DataTypes.INTEGER,
      createdAt: DataTypes.DATE(3),
      updatedAt: DataTypes.DATE(3),
    },
    { tableName: 'departments', underscored: true },
  );
}
