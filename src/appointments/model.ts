import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { z } from 'zod';
import { sealedColumn } from '#src/crypto/vault.ts';

export const appointmentStatuses = ['pending', 'confirmed', 'in_progress', 'completed', 'cancelled'] as const;
/** `pending`: a place is held while it is paid for. */
export type AppointmentStatus = (typeof appointmentStatuses)[number];

export interface AppointmentRow extends Model<InferAttributes<AppointmentRow>, InferCreationAttributes<AppointmentRow>> {
  id: string;
  appointmentNo: string;
  /** Null only inside the transaction that books. */
  orderId: CreationOptional<string | null>;
  userId: string;
  /** Whom it is for; null: the user themselves. */
  profileId: string | null;
  practitionerId: string;
  serviceId: string;
  startsAt: Date;
  endsAt: Date;
  status: AppointmentStatus;
  outcome: CreationOptional<'patient_absent' | 'practitioner_absent' | null>;
  /** Business day, and the place in its line; given at confirmation. */
  queueDay: CreationOptional<string | null>;
  queueNo: CreationOptional<number | null>;
  /** Sealed JSON: contact and notes. */
  detailsSealed: string;
  reminderSent: CreationOptional<boolean>;
  version: number;
  startedAt: CreationOptional<Date | null>;
  completedAt: CreationOptional<Date | null>;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

/** A cell of a practitioner's time. The primary key decides who gets it. */
export interface ClaimRow extends Model<InferAttributes<ClaimRow>, InferCreationAttributes<ClaimRow>> {
  practitionerId: string;
  cell: number;
  seat: number;
  appointmentId: string;
  /** Null: confirmed. */
  heldUntil: Date | null;
}

/** A cell of a patient's time: nobody is in two places at once. */
export interface PatientClaimRow extends Model<InferAttributes<PatientClaimRow>, InferCreationAttributes<PatientClaimRow>> {
  /** Id of the visit profile, or of the user. */
  patientKey: string;
  cell: number;
  appointmentId: string;
}

export interface AppointmentLogRow extends Model<InferAttributes<AppointmentLogRow>, InferCreationAttributes<AppointmentLogRow>> {
  appointmentId: string;
  version: number;
  action: 'book' | 'confirm' | 'start' | 'complete' | 'cancel' | 'move' | 'change';
  fromStatus: AppointmentStatus | null;
  toStatus: AppointmentStatus;
  startsAt: Date;
  actorId: string | null;
  /** Of the system; what people write is sealed. */
  reason: string | null;
  reasonSealed: CreationOptional<string | null>;
  requestId: string | null;
  createdAt: CreationOptional<Date>;
}

export const appointmentReason = sealedColumn('appointment_log', 'reason_sealed', 'appointment_id');
export const detailsColumn = sealedColumn('appointments', 'details_sealed');
export const details = z.object({ contactPerson: z.string(), contactPhone: z.string(), notes: z.string().nullable() });

const uuid = () => DataTypes.STRING(36);
const time = () => DataTypes.DATE(3);

export function defineAppointments(sequelize: Sequelize) {
  const untimed = { underscored: true, timestamps: false };
  return {
    appointments: sequelize.define<AppointmentRow>(
      'appointment',
      {
        id: { type: uuid(), primaryKey: true },
        appointmentNo: DataTypes.STRING(32),
        orderId: uuid(),
        userId: uuid(),
        profileId: uuid(),
        practitionerId: uuid(),
        serviceId: uuid(),
        startsAt: time(),
        endsAt: time(),
        status: DataTypes.STRING(12),
        outcome: DataTypes.STRING(24),
        queueDay: DataTypes.STRING(8),
        queueNo: DataTypes.INTEGER,
        detailsSealed: DataTypes.TEXT,
        reminderSent: { type: DataTypes.BOOLEAN, defaultValue: false },
        version: DataTypes.INTEGER,
        startedAt: time(),
        completedAt: time(),
        createdAt: time(),
        updatedAt: time(),
      },
      { tableName: 'appointments', underscored: true },
    ),
    appointmentClaims: sequelize.define<ClaimRow>(
      'appointmentClaim',
      {
        practitionerId: { type: uuid(), primaryKey: true },
        cell: { type: DataTypes.INTEGER, primaryKey: true },
        seat: { type: DataTypes.INTEGER, primaryKey: true },
        appointmentId: uuid(),
        heldUntil: time(),
      },
      { tableName: 'appointment_claims', ...untimed },
    ),
    patientClaims: sequelize.define<PatientClaimRow>(
      'patientClaim',
      { patientKey: { type: uuid(), primaryKey: true }, cell: { type: DataTypes.INTEGER, primaryKey: true }, appointmentId: uuid() },
      { tableName: 'patient_claims', ...untimed },
    ),
    appointmentLog: defineLog(sequelize),
  };
}

function defineLog(sequelize: Sequelize) {
  return sequelize.define<AppointmentLogRow>(
    'appointmentStep',
    {
      appointmentId: { type: uuid(), primaryKey: true },
      version: { type: DataTypes.INTEGER, primaryKey: true },
      action: DataTypes.STRING(12),
      fromStatus: DataTypes.STRING(12),
      toStatus: DataTypes.STRING(12),
      startsAt: time(),
      actorId: uuid(),
      reason: DataTypes.STRING(300),
      reasonSealed: DataTypes.TEXT,
      requestId: DataTypes.STRING(64),
      createdAt: time(),
    },
    { tableName: 'appointment_log', underscored: true, updatedAt: false },
  );
}
