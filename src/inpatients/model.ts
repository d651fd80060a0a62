import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { z } from 'zod';
import { sealedValue } from '#src/crypto/sealed-value.ts';
import { sealedColumn } from '#src/crypto/vault.ts';

export interface WardRow extends Model<InferAttributes<WardRow>, InferCreationAttributes<WardRow>> {
  id: string;
  code: string;
  name: string;
  departmentId: string | null;
  enabled: boolean;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

export interface BedRow extends Model<InferAttributes<BedRow>, InferCreationAttributes<BedRow>> {
  id: string;
  wardId: string;
  label: string;
  enabled: boolean;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

export type AdmissionState = 'admitted' | 'discharged';
export type AdmissionAction = 'admitted' | 'moved' | 'handed_over' | 'discharged';

/** A stay in hospital (住院). */
export interface AdmissionRow extends Model<InferAttributes<AdmissionRow>, InferCreationAttributes<AdmissionRow>> {
  id: string;
  admissionNo: string;
  patientUserId: string;
  profileId: string | null;
  bedId: string;
  /** The bed while the stay lasts, then null: a unique index keeps a bed to one patient. */
  activeBedKey: string | null;
  /** Likewise the visit profile, or the user without one. */
  activePatientKey: string | null;
  /** Practitioner. */
  attendingId: string;
  state: AdmissionState;
  admittedAt: Date;
  dischargedAt: Date | null;
  notesSealed: string;
  version: number;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

/** What happened during a stay: bed and attending doctor afterwards. */
export interface AdmissionLogRow extends Model<InferAttributes<AdmissionLogRow>, InferCreationAttributes<AdmissionLogRow>> {
  id: string;
  admissionId: string;
  action: AdmissionAction;
  bedId: string;
  attendingId: string;
  actorId: string;
  createdAt: CreationOptional<Date>;
}

const notes = z.strictObject({ reason: z.string(), summary: z.string().nullable() });
export const notesColumn = sealedValue(sealedColumn('admissions', 'notes_sealed'), notes);

const key = () => ({ type: DataTypes.STRING(36), primaryKey: true });
const reference = () => DataTypes.STRING(36);
const time = () => DataTypes.DATE(3);
const times = () => ({ createdAt: time(), updatedAt: time() });

export function defineInpatients(sequelize: Sequelize) {
  return {
    wards: sequelize.define<WardRow>(
      'ward',
      {
        id: key(),
        code: DataTypes.STRING(40),
        name: DataTypes.STRING(100),
        departmentId: reference(),
        enabled: DataTypes.BOOLEAN,
        ...times(),
      },
      { tableName: 'wards', underscored: true },
    ),
    beds: sequelize.define<BedRow>(
      'bed',
      { id: key(), wardId: reference(), label: DataTypes.STRING(20), enabled: DataTypes.BOOLEAN, ...times() },
      { tableName: 'beds', underscored: true },
    ),
    admissions: sequelize.define<AdmissionRow>(
      'admission',
      {
        id: key(),
        admissionNo: DataTypes.STRING(24),
        patientUserId: reference(),
        profileId: reference(),
        bedId: reference(),
        activeBedKey: reference(),
        activePatientKey: reference(),
        attendingId: reference(),
        state: DataTypes.STRING(12),
        admittedAt: time(),
        dischargedAt: time(),
        notesSealed: DataTypes.TEXT,
        version: DataTypes.INTEGER,
        ...times(),
      },
      { tableName: 'admissions', underscored: true },
    ),
    admissionLog: sequelize.define<AdmissionLogRow>(
      'admissionLog',
      {
        id: key(),
        admissionId: reference(),
        action: DataTypes.STRING(12),
        bedId: reference(),
        attendingId: reference(),
        actorId: reference(),
        createdAt: time(),
      },
      { tableName: 'admission_log', underscored: true, updatedAt: false },
    ),
  };
}
