import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';

export type MedicalAction = 'read' | 'create' | 'update' | 'delete' | 'export';

/** One access to medical data. Each row's hash covers the one before it: the chain of a patient. */
export interface MedicalAuditRow extends Model<InferAttributes<MedicalAuditRow>, InferCreationAttributes<MedicalAuditRow>> {
  patientId: string;
  /** From 1, without gaps. */
  seq: number;
  actorId: string;
  action: MedicalAction;
  objectType: string;
  objectId: string;
  requestId: string;
  ip: string;
  createdAt: Date;
  hash: string;
}

/** The end of a patient's chain, sealed so that cutting the chain short shows. */
export interface MedicalAuditHeadRow extends Model<InferAttributes<MedicalAuditHeadRow>, InferCreationAttributes<MedicalAuditHeadRow>> {
  patientId: string;
  seq: number;
  hash: string;
  seal: string;
}

/** A request that changes something, and how it ended. */
export interface OperationRow extends Model<InferAttributes<OperationRow>, InferCreationAttributes<OperationRow>> {
  id: CreationOptional<number>;
  userId: string | null;
  method: string;
  route: string;
  /** First parameter of the address. */
  objectId: string | null;
  status: number;
  ip: string;
  requestId: string;
  tookMs: number;
  createdAt: Date;
}

/** What one statement changed, without values. */
export interface ChangeRow extends Model<InferAttributes<ChangeRow>, InferCreationAttributes<ChangeRow>> {
  id: CreationOptional<number>;
  tableName: string;
  action: 'insert' | 'update' | 'delete';
  /** JSON list of primary keys, or of the conditions' columns where a statement named no keys. */
  rowIds: string;
  /** JSON list of columns. */
  fields: string;
  actorId: string | null;
  requestId: string | null;
  createdAt: Date;
}

export interface SecurityRow extends Model<InferAttributes<SecurityRow>, InferCreationAttributes<SecurityRow>> {
  id: CreationOptional<number>;
  kind: string;
  userId: string | null;
  ip: string | null;
  requestId: string | null;
  /** JSON, without personal data. */
  details: string;
  createdAt: CreationOptional<Date>;
}

const numbered = () => ({ type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true });
const createdAt = () => DataTypes.DATE(3);

export function defineAudit(sequelize: Sequelize) {
  return {
    medicalAudit: sequelize.define<MedicalAuditRow>(
      'medicalAudit',
      {
        patientId: { type: DataTypes.STRING(36), primaryKey: true },
        seq: { type: DataTypes.INTEGER, primaryKey: true },
        actorId: DataTypes.STRING(36),
        action: DataTypes.STRING(16),
        objectType: DataTypes.STRING(40),
        objectId: DataTypes.STRING(64),
        requestId: DataTypes.STRING(64),
        ip: DataTypes.STRING(45),
        createdAt: createdAt(),
        hash: DataTypes.STRING(64),
      },
      { tableName: 'medical_audit', underscored: true, timestamps: false },
    ),
    medicalAuditHeads: sequelize.define<MedicalAuditHeadRow>(
      'medicalAuditHead',
      {
        patientId: { type: DataTypes.STRING(36), primaryKey: true },
        seq: DataTypes.INTEGER,
        hash: DataTypes.STRING(64),
        seal: DataTypes.STRING(64),
      },
      { tableName: 'medical_audit_heads', underscored: true, timestamps: false },
    ),
    ...defineLogs(sequelize),
  };
}

function defineLogs(sequelize: Sequelize) {
  return {
    operations: sequelize.define<OperationRow>(
      'operation',
      {
        id: numbered(),
        userId: DataTypes.STRING(36),
        method: DataTypes.STRING(8),
        route: DataTypes.STRING(120),
        objectId: DataTypes.STRING(64),
        status: DataTypes.INTEGER,
        ip: DataTypes.STRING(45),
        requestId: DataTypes.STRING(64),
        tookMs: DataTypes.INTEGER,
        createdAt: createdAt(),
      },
      { tableName: 'operation_log', underscored: true, timestamps: false },
    ),
    changes: sequelize.define<ChangeRow>(
      'change',
      {
        id: numbered(),
        tableName: DataTypes.STRING(64),
        action: DataTypes.STRING(8),
        rowIds: DataTypes.TEXT,
        fields: DataTypes.TEXT,
        actorId: DataTypes.STRING(36),
        requestId: DataTypes.STRING(64),
        createdAt: createdAt(),
      },
      { tableName: 'change_log', underscored: true, timestamps: false },
    ),
    securityEvents: sequelize.define<SecurityRow>(
      'securityEvent',
      {
        id: numbered(),
        kind: DataTypes.STRING(40),
        userId: DataTypes.STRING(36),
        ip: DataTypes.STRING(45),
        requestId: DataTypes.STRING(64),
        details: DataTypes.TEXT,
        createdAt: createdAt(),
      },
      { tableName: 'security_log', underscored: true, updatedAt: false },
    ),
  };
}
