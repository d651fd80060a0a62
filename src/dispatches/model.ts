import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { sealedColumn } from '#src/crypto/vault.ts';

export const dispatchStates = ['planned', 'done', 'cancelled'] as const;

/** A task of a member of staff at a place and a time. */
export interface DispatchRow extends Model<InferAttributes<DispatchRow>, InferCreationAttributes<DispatchRow>> {
  id: string;
  staffId: string;
  appointmentId: string | null;
  startsAt: Date;
  durationMinutes: number;
  /** May be where a patient lives. */
  locationSealed: string | null;
  notesSealed: string | null;
  state: (typeof dispatchStates)[number];
  createdBy: string;
  version: number;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

/** A cell of somebody's time, five minutes. The primary key decides who gets it. */
export interface DispatchClaimRow extends Model<InferAttributes<DispatchClaimRow>, InferCreationAttributes<DispatchClaimRow>> {
  staffId: string;
  cell: number;
  dispatchId: string;
}

export const locationColumn = sealedColumn('dispatches', 'location_sealed');
export const notesColumn = sealedColumn('dispatches', 'notes_sealed');

const reference = () => DataTypes.STRING(36);
const moment = () => DataTypes.DATE(3);

export function defineDispatches(sequelize: Sequelize) {
  return {
    dispatches: sequelize.define<DispatchRow>(
      'dispatch',
      {
        id: { type: reference(), primaryKey: true },
        staffId: reference(),
        appointmentId: reference(),
        startsAt: moment(),
        durationMinutes: DataTypes.INTEGER,
        locationSealed: DataTypes.TEXT,
        notesSealed: DataTypes.TEXT,
        state: DataTypes.STRING(12),
        createdBy: reference(),
        version: DataTypes.INTEGER,
        createdAt: moment(),
        updatedAt: moment(),
      },
      { tableName: 'dispatches', underscored: true },
    ),
    dispatchClaims: sequelize.define<DispatchClaimRow>(
      'dispatchClaim',
      {
        staffId: { type: reference(), primaryKey: true },
        cell: { type: DataTypes.INTEGER, primaryKey: true },
        dispatchId: reference(),
      },
      { tableName: 'dispatch_claims', underscored: true, timestamps: false },
    ),
  };
}
