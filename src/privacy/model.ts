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
import { valueColumn } from '#src/database/value-column.ts';
import { termNames } from './terms.ts';

export const requestKinds = ['export', 'erase'] as const;
export type RequestKind = (typeof requestKinds)[number];
/** `ready`: a copy can be fetched; `done`: the person is erased. */
export const requestStates = ['requested', 'ready', 'done', 'expired', 'refused', 'withdrawn'] as const;
export type RequestState = (typeof requestStates)[number];

/** What became of the rows of one table. */
export const outcome = z.object({
  table: z.string(),
  deleted: z.int(),
  anonymised: z.int().describe('rows whose personal columns were emptied'),
  held: z.int(),
  term: z
    .enum(termNames as [(typeof termNames)[number], ...typeof termNames])
    .nullable()
    .describe('why rows are held'),
});
export type Outcome = z.infer<typeof outcome>;
const result = z.object({ tables: z.array(outcome) });

/** Somebody wants a copy of what is kept about a person, or wants it gone. */
export interface RequestRow extends Model<InferAttributes<RequestRow>, InferCreationAttributes<RequestRow>> {
  id: string;
  userId: string;
  kind: RequestKind;
  state: RequestState;
  /** While it is open: one of a kind for each person. */
  openKey: string | null;
  /** The person, or an officer for them. */
  requestedBy: string;
  /** Why an officer asked for it or refused it. */
  reasonSealed: CreationOptional<string | null>;
  decidedBy: CreationOptional<string | null>;
  /** When it is done; until then an erasure can be withdrawn. */
  dueAt: Date;
  fileId: CreationOptional<string | null>;
  /** When the copy is taken away. */
  expiresAt: CreationOptional<Date | null>;
  result: CreationOptional<z.infer<typeof result> | null>;
  /** Who the erased person was, as long as something of theirs has to be kept. */
  identitySealed: CreationOptional<string | null>;
  finishedAt: CreationOptional<Date | null>;
  /** When the last that was held of an erased person was deleted. */
  releasedAt: CreationOptional<Date | null>;
  createdAt: CreationOptional<Date>;
}

/** Nothing of this person is erased: a dispute, an inquiry. */
export interface LegalHoldRow extends Model<InferAttributes<LegalHoldRow>, InferCreationAttributes<LegalHoldRow>> {
  id: string;
  userId: string;
  reasonSealed: string;
  placedBy: string;
  createdAt: CreationOptional<Date>;
  liftedBy: CreationOptional<string | null>;
  liftedAt: CreationOptional<Date | null>;
}

/** What was deleted or emptied, without what was in it. */
export interface RetentionLogRow extends Model<InferAttributes<RetentionLogRow>, InferCreationAttributes<RetentionLogRow>> {
  id: CreationOptional<number>;
  userId: string | null;
  tableName: string;
  action: 'deleted' | 'anonymised' | 'released';
  rowCount: number;
  createdAt: CreationOptional<Date>;
}

/** A table whose rows may be deleted in this transaction: triggers refuse it otherwise. */
export interface WindowRow extends Model<InferAttributes<WindowRow>, InferCreationAttributes<WindowRow>> {
  tableName: string;
}

export const requestReason = sealedColumn('privacy_requests', 'reason_sealed');
export const holdReason = sealedColumn('legal_holds', 'reason_sealed');
const identity = z.object({ name: z.string(), account: z.string().nullable(), phone: z.string().nullable() });
export const identityColumn = sealedValue(sealedColumn('privacy_requests', 'identity_sealed'), identity);

const key = () => ({ type: DataTypes.STRING(36), primaryKey: true });
const reference = () => DataTypes.STRING(36);
const time = () => DataTypes.DATE(3);

export function definePrivacy(sequelize: Sequelize) {
  return {
    privacyRequests: sequelize.define<RequestRow>(
      'privacyRequest',
      {
        id: key(),
        userId: reference(),
        kind: DataTypes.STRING(8),
        state: DataTypes.STRING(12),
        openKey: DataTypes.STRING(50),
        requestedBy: reference(),
        reasonSealed: DataTypes.TEXT,
        decidedBy: reference(),
        dueAt: time(),
        fileId: reference(),
        expiresAt: time(),
        result: valueColumn('result', result),
        identitySealed: DataTypes.TEXT,
        finishedAt: time(),
        releasedAt: time(),
        createdAt: time(),
      },
      { tableName: 'privacy_requests', underscored: true, updatedAt: false },
    ),
    legalHolds: sequelize.define<LegalHoldRow>(
      'legalHold',
      {
        id: key(),
        userId: reference(),
        reasonSealed: DataTypes.TEXT,
        placedBy: reference(),
        createdAt: time(),
        liftedBy: reference(),
        liftedAt: time(),
      },
      { tableName: 'legal_holds', underscored: true, updatedAt: false },
    ),
    retentionLog: sequelize.define<RetentionLogRow>(
      'retentionLogEntry',
      {
        id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true },
        userId: reference(),
        tableName: DataTypes.STRING(64),
        action: DataTypes.STRING(12),
        rowCount: DataTypes.INTEGER,
        createdAt: time(),
      },
      { tableName: 'retention_log', underscored: true, updatedAt: false },
    ),
    retentionWindows: sequelize.define<WindowRow>(
      'retentionWindow',
      { tableName: { type: DataTypes.STRING(64), primaryKey: true } },
      { tableName: 'retention_windows', underscored: true, timestamps: false },
    ),
  };
}
