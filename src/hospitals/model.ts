import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';

export interface HospitalRow extends Model<InferAttributes<HospitalRow>, InferCreationAttributes<HospitalRow>> {
  id: string;
  code: string;
  name: string;
  /** For example 三级甲等. */
  level: string | null;
  address: string;
  phone: string | null;
  introduction: string | null;
  /** Degrees, WGS 84, as everywhere here. */
  longitude: number;
  latitude: number;
  /** Which adapter talks to the hospital's own system, and the hospital's name in there; null: none. */
  systemKey: string | null;
  systemId: string | null;
  enabled: boolean;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

export function defineHospitals(sequelize: Sequelize) {
  return sequelize.define<HospitalRow>(
    'hospital',
    {
      id: { type: DataTypes.STRING(36), primaryKey: true },
      code: DataTypes.STRING(40),
      name: DataTypes.STRING(100),
      level: DataTypes.STRING(20),
      address: DataTypes.STRING(200),
      phone: DataTypes.STRING(40),
      introduction: DataTypes.TEXT,
      longitude: DataTypes.DOUBLE,
      latitude: DataTypes.DOUBLE,
      systemKey: DataTypes.STRING(40),
      systemId: DataTypes.STRING(100),
      enabled: DataTypes.BOOLEAN,
      createdAt: DataTypes.DATE(3),
      updatedAt: DataTypes.DATE(3),
    },
    { tableName: 'hospitals', underscored: true },
  );
}
