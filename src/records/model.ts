import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { sealedValue } from '#src/crypto/sealed-value.ts';
import { sealedColumn } from '#src/crypto/vault.ts';
import { recordContent } from '#src/medical/record-content.ts';

export type RecordKind = 'outpatient' | 'online' | 'inpatient' | 'follow_up' | 'counseling';
export type AttachmentKind = 'pdf' | 'imaging' | 'image' | 'other';

/** A medical record (电子病历); what it says is in its newest version. */
export interface RecordRow extends Model<InferAttributes<RecordRow>, InferCreationAttributes<RecordRow>> {
  id: string;
  patientUserId: string;
  /** Whom of the account it is about; null: the user. */
  profileId: string | null;
  authorUserId: string;
  practitionerId: string | null;
  consultationId: string | null;
  appointmentId: string | null;
  kind: RecordKind;
  visitedAt: Date;
  /** Number of its newest version. */
  version: number;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

export interface RecordVersionRow extends Model<InferAttributes<RecordVersionRow>, InferCreationAttributes<RecordVersionRow>> {
  id: string;
  recordId: string;
  version: number;
  contentSealed: string;
  authorUserId: string;
  /** Why it was changed; null for the first version. */
  reasonSealed: string | null;
  createdAt: CreationOptional<Date>;
}

export interface AttachmentRow extends Model<InferAttributes<AttachmentRow>, InferCreationAttributes<AttachmentRow>> {
  id: string;
  recordId: string;
  fileId: string;
  kind: AttachmentKind;
  name: string;
  addedBy: string;
  removedAt: CreationOptional<Date | null>;
  removedBy: CreationOptional<string | null>;
  createdAt: CreationOptional<Date>;
}

export const contentColumn = sealedValue(sealedColumn('medical_record_versions', 'content_sealed'), recordContent);
export const reasonColumn = sealedColumn('medical_record_versions', 'reason_sealed');

const key = () => ({ type: DataTypes.STRING(36), primaryKey: true });
const reference = () => DataTypes.STRING(36);
const time = () => DataTypes.DATE(3);

export function defineRecords(sequelize: Sequelize) {
  return {
    medicalRecords: sequelize.define<RecordRow>(
      'medicalRecord',
      {
        id: key(),
        patientUserId: reference(),
        profileId: reference(),
        authorUserId: reference(),
        practitionerId: reference(),
        consultationId: reference(),
        appointmentId: reference(),
        kind: DataTypes.STRING(12),
        visitedAt: time(),
        version: DataTypes.INTEGER,
        createdAt: time(),
        updatedAt: time(),
      },
      { tableName: 'medical_records', underscored: true },
    ),
    medicalRecordVersions: sequelize.define<RecordVersionRow>(
      'medicalRecordVersion',
      {
        id: key(),
        recordId: reference(),
        version: DataTypes.INTEGER,
        contentSealed: DataTypes.TEXT('medium'),
        authorUserId: reference(),
        reasonSealed: DataTypes.TEXT,
        createdAt: time(),
      },
      { tableName: 'medical_record_versions', underscored: true, updatedAt: false },
    ),
    medicalRecordAttachments: sequelize.define<AttachmentRow>(
      'medicalRecordAttachment',
      {
        id: key(),
        recordId: reference(),
        fileId: reference(),
        kind: DataTypes.STRING(12),
        name: DataTypes.STRING(200),
        addedBy: reference(),
        removedAt: time(),
        removedBy: reference(),
        createdAt: time(),
      },
      { tableName: 'medical_record_attachments', underscored: true, updatedAt: false },
    ),
  };
}
