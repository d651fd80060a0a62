import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import type { RecordingEnd } from '#rooms/protocol-views.ts';

/** The first three while it is open; `composing`: its film is being made; `empty`: nothing was recorded. */
export const recordingStates = ['asked', 'recording', 'paused', 'composing', 'ready', 'empty', 'failed', 'deleted'] as const;
export type RecordingState = (typeof recordingStates)[number];
export type Decision = 'consented' | 'refused' | 'withdrawn';

/** A recording of a visit. While it is open only the visit's room changes it, under its epoch. */
export interface RecordingRow extends Model<InferAttributes<RecordingRow>, InferCreationAttributes<RecordingRow>> {
  id: string;
  consultationId: string;
  /** Member who asked for it. */
  askedBy: string;
  state: RecordingState;
  /** The visit while it is open: one at a time. */
  openKey: string | null;
  askedAt: Date;
  startedAt: CreationOptional<Date | null>;
  endedAt: CreationOptional<Date | null>;
  endReason: CreationOptional<RecordingEnd | null>;
  /** Of its film, per cent. */
  progress: number;
  /** Of its film. */
  durationMs: CreationOptional<number | null>;
  fileId: CreationOptional<string | null>;
  /** Why there is no film. */
  fault: CreationOptional<string | null>;
  deletedAt: CreationOptional<Date | null>;
  deletedBy: CreationOptional<string | null>;
}

/** What somebody said to a recording; only added to. */
export interface ConsentRow extends Model<InferAttributes<ConsentRow>, InferCreationAttributes<ConsentRow>> {
  id: CreationOptional<number>;
  recordingId: string;
  memberId: string;
  decision: Decision;
  roomEpoch: number;
  createdAt: CreationOptional<Date>;
}

/** One piece of one track; together they are the manifest of a recording. */
export interface SegmentRow extends Model<InferAttributes<SegmentRow>, InferCreationAttributes<SegmentRow>> {
  id: string;
  recordingId: string;
  memberId: string;
  peerId: string;
  producerId: string;
  kind: 'audio' | 'video';
  source: string;
  /** After the start of the recording, on the clock that all tracks share. */
  offsetMs: number;
  durationMs: number;
  /** Null once the film is made and pieces are not kept. */
  fileId: string | null;
  roomEpoch: number;
  createdAt: CreationOptional<Date>;
}

export function defineRecordings(sequelize: Sequelize) {
  const recordings = sequelize.define<RecordingRow>(
    'recording',
    {
      id: { type: DataTypes.STRING(36), primaryKey: true },
      consultationId: DataTypes.STRING(36),
      askedBy: DataTypes.STRING(36),
      state: DataTypes.STRING(12),
      openKey: DataTypes.STRING(36),
      askedAt: DataTypes.DATE(3),
      startedAt: DataTypes.DATE(3),
      endedAt: DataTypes.DATE(3),
      endReason: DataTypes.STRING(12),
      progress: DataTypes.INTEGER,
      durationMs: DataTypes.INTEGER,
      fileId: DataTypes.STRING(36),
      fault: DataTypes.STRING(40),
      deletedAt: DataTypes.DATE(3),
      deletedBy: DataTypes.STRING(36),
    },
    { tableName: 'recordings', underscored: true, timestamps: false },
  );
  const recordingConsents = sequelize.define<ConsentRow>(
    'recordingConsent',
    {
      id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true },
      recordingId: DataTypes.STRING(36),
      memberId: DataTypes.STRING(36),
      decision: DataTypes.STRING(12),
      roomEpoch: DataTypes.INTEGER,
      createdAt: DataTypes.DATE(3),
    },
    { tableName: 'recording_consents', underscored: true, updatedAt: false },
  );
  const recordingSegments = sequelize.define<SegmentRow>(
    'recordingSegment',
    {
      id: { type: DataTypes.STRING(36), primaryKey: true },
      recordingId: DataTypes.STRING(36),
      memberId: DataTypes.STRING(36),
      peerId: DataTypes.STRING(64),
      producerId: DataTypes.STRING(64),
      kind: DataTypes.STRING(8),
      source: DataTypes.STRING(16),
      offsetMs: DataTypes.INTEGER,
      durationMs: DataTypes.INTEGER,
      fileId: DataTypes.STRING(36),
      roomEpoch: DataTypes.INTEGER,
      createdAt: DataTypes.DATE(3),
    },
    { tableName: 'recording_segments', underscored: true, updatedAt: false },
  );
  return { recordings, recordingConsents, recordingSegments };
}
