import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { type Fen, moneyColumn } from '#src/money.ts';

export type MembershipLevel = 'basic' | 'professional' | 'premium';

/** Something that can be booked. */
export interface ServiceRow extends Model<InferAttributes<ServiceRow>, InferCreationAttributes<ServiceRow>> {
  id: string;
  name: string;
  category: string;
  description: string | null;
  price: Fen;
  durationMinutes: number;
  isActive: boolean;
  sortOrder: number;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

/** A price that differs from the service's own: for a practitioner, a level of membership, or both, in a period. */
export interface PriceConfigRow extends Model<InferAttributes<PriceConfigRow>, InferCreationAttributes<PriceConfigRow>> {
  id: string;
  serviceId: string;
  practitionerId: string | null;
  membershipLevel: MembershipLevel | null;
  price: Fen;
  validFrom: Date;
  /** Exclusive; null: until another one takes over. */
  validTo: Date | null;
  createdBy: string;
  createdAt: CreationOptional<Date>;
}

export function defineOfferings(sequelize: Sequelize) {
  return {
    services: sequelize.define<ServiceRow>(
      'service',
      {
        id: { type: DataTypes.STRING(36), primaryKey: true },
        name: DataTypes.STRING(100),
        category: DataTypes.STRING(50),
        description: DataTypes.TEXT,
        price: moneyColumn(sequelize, 'price'),
        durationMinutes: DataTypes.INTEGER,
        isActive: DataTypes.BOOLEAN,
        sortOrder: DataTypes.INTEGER,
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { tableName: 'services', underscored: true },
    ),
    priceConfigs: sequelize.define<PriceConfigRow>(
      'priceConfig',
      {
        id: { type: DataTypes.STRING(36), primaryKey: true },
        serviceId: DataTypes.STRING(36),
        practitionerId: DataTypes.STRING(36),
        membershipLevel: DataTypes.STRING(16),
        price: moneyColumn(sequelize, 'price'),
        validFrom: DataTypes.DATE(3),
        validTo: DataTypes.DATE(3),
        createdBy: DataTypes.STRING(36),
        createdAt: DataTypes.DATE(3),
      },
      { tableName: 'price_configs', underscored: true, updatedAt: false },
    ),
  };
}
