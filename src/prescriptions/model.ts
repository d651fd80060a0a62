import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { sealedColumn } from '#src/crypto/vault.ts';

/** Valid only when a pharmacist has approved it. */
export type PrescriptionStatus = 'submitted' | 'approved' | 'rejected' | 'cancelled';

export interface PrescriptionRow extends Model<InferAttributes<PrescriptionRow>, InferCreationAttributes<PrescriptionRow>> {
  id: string;
  /** `RX` + day + number of the day. */
  prescriptionNo: string;
  /** User id. */
  patientId: string;
  profileId: string | null;
  practitionerId: string;
  /** User id of the practitioner. */
  doctorId: string;
  consultationId: string | null;
  status: PrescriptionStatus;
  /** Sealed JSON: diagnosis, items, warnings. */
  contentSealed: string;
  /** What the QR code on the paper leads to: cannot be guessed, says little. */
  verifyCode: string;
  reviewerId: CreationOptional<string | null>;
  reviewedAt: CreationOptional<Date | null>;
  version: number;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

/** One step of a prescription. */
export interface PrescriptionLogRow extends Model<InferAttributes<PrescriptionLogRow>, InferCreationAttributes<PrescriptionLogRow>> {
  prescriptionId: string;
  /** The prescription's version after the step. */
  version: number;
  status: PrescriptionStatus;
  actorId: string;
  /** Sealed: it may speak of the patient. Bound to the prescription's id. */
  reasonSealed: string | null;
  createdAt: CreationOptional<Date>;
}

export const prescriptionContent = sealedColumn('prescriptions', 'content_sealed');
export const prescriptionReason = sealedColumn('prescription_log', 'reason_sealed', 'prescription_id');

export function definePrescriptions(sequelize: Sequelize) {
  const uuid = () => DataTypes.STRING(36);
  return {
    prescriptions: sequelize.define<PrescriptionRow>(
      'prescription',
      {
        id: { type: uuid(), primaryKey: true },
        prescriptionNo: DataTypes.STRING(32),
        patientId: uuid(),
        profileId: uuid(),
        practitionerId: uuid(),
        doctorId: uuid(),
        consultationId: uuid(),
        status: DataTypes.STRING(12),
        contentSealed: DataTypes.TEXT,
        verifyCode: DataTypes.STRING(40),
        reviewerId: uuid(),
        reviewedAt: DataTypes.DATE(3),
        version: DataTypes.INTEGER,
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { tableName: 'prescriptions', underscored: true },
    ),
    prescriptionLog: sequelize.define<PrescriptionLogRow>(
      'prescriptionStep',
      {
        prescriptionId: { type: uuid(), primaryKey: true },
        version: { type: DataTypes.INTEGER, primaryKey: true },
        status: DataTypes.STRING(12),
        actorId: uuid(),
        reasonSealed: DataTypes.TEXT,
        createdAt: DataTypes.DATE(3),
      },
      { tableName: 'prescription_log', underscored: true, updatedAt: false },
    ),
  };
}
