import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { sealedColumn } from '#src/crypto/vault.ts';

export type ConsultationStatus = 'scheduled' | 'active' | 'ended';

/** A visit. While its room is open only the room changes it, under its epoch. */
export interface ConsultationRow extends Model<InferAttributes<ConsultationRow>, InferCreationAttributes<ConsultationRow>> {
  id: string;
  /** The name of a booked service, or a title from before they were sealed; empty otherwise. */
  title: string;
  /** What its practitioner wrote; see `title.ts`. */
  titleSealed: CreationOptional<string | null>;
  status: ConsultationStatus;
  practitionerUserId: string;
  /** Booked appointment that it belongs to; null for one that its practitioner planned directly. */
  appointmentId: CreationOptional<string | null>;
  scheduledStart: Date;
  scheduledEnd: Date;
  startedAt: CreationOptional<Date | null>;
  endedAt: CreationOptional<Date | null>;
  /** Member who ended or cancelled the visit. */
  endedByMemberId: CreationOptional<string | null>;
  /** Set when the visit was called off before it began. Its room ends it then like any other: `status` becomes `ended`. */
  cancelledAt: CreationOptional<Date | null>;
  lobby: boolean;
  locked: boolean;
  /** Raised at each takeover of the room; durable writes of an older owner are refused. */
  roomEpoch: number;
  /** Raised by every change. */
  version: number;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

export const visitTitle = sealedColumn('consultations', 'title_sealed');

/** Nobody may enter any more. */
export const isOver = ({ status, cancelledAt }: Pick<ConsultationRow, 'status' | 'cancelledAt'>): boolean =>
  status === 'ended' || Boolean(cancelledAt);

export function defineConsultations(sequelize: Sequelize) {
  return sequelize.define<ConsultationRow>(
    'consultation',
    {
      id: { type: DataTypes.STRING(36), primaryKey: true },
      title: DataTypes.STRING(200),
      titleSealed: DataTypes.TEXT,
      status: DataTypes.STRING(16),
      practitionerUserId: DataTypes.STRING(36),
      appointmentId: DataTypes.STRING(36),
      scheduledStart: DataTypes.DATE(3),
      scheduledEnd: DataTypes.DATE(3),
      startedAt: DataTypes.DATE(3),
      endedAt: DataTypes.DATE(3),
      endedByMemberId: DataTypes.STRING(36),
      cancelledAt: DataTypes.DATE(3),
      lobby: DataTypes.BOOLEAN,
      locked: DataTypes.BOOLEAN,
      roomEpoch: DataTypes.INTEGER,
      version: DataTypes.INTEGER,
      createdAt: DataTypes.DATE(3),
      updatedAt: DataTypes.DATE(3),
    },
    { tableName: 'consultations', underscored: true },
  );
}
