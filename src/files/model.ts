import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { sealedColumn } from '#src/crypto/vault.ts';
import type { AccessRule, FileCategory, FileKind, FileState } from './categories.ts';

export interface FileRow extends Model<InferAttributes<FileRow>, InferCreationAttributes<FileRow>> {
  id: string;
  /** Null: made by the system, or the person is gone. */
  ownerId: string | null;
  category: FileCategory;
  kind: FileKind;
  access: AccessRule;
  /** With access `role`. */
  accessRole: string | null;
  /** How often it may still be downloaded; null: without a limit. */
  downloadsLeft: CreationOptional<number | null>;
  /** Names tell diagnoses. */
  nameSealed: string;
  mime: string;
  /** Of the plain content, like `sha256`. */
  bytes: number;
  sha256: string;
  width: number | null;
  height: number | null;
  store: string;
  /** Null once the content is gone. */
  storeKey: string | null;
  /** Key of the content; null: it is not encrypted, or not yet. */
  keySealed: string | null;
  state: FileState;
  deletedAt: CreationOptional<Date | null>;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

/** An object that a file belongs to; while there is one the file is not deleted. */
export interface FileLinkRow extends Model<InferAttributes<FileLinkRow>, InferCreationAttributes<FileLinkRow>> {
  fileId: string;
  objectType: string;
  objectId: string;
  createdAt: CreationOptional<Date>;
}

/** What somebody's files take up. */
export interface FileUsageRow extends Model<InferAttributes<FileUsageRow>, InferCreationAttributes<FileUsageRow>> {
  userId: string;
  bytes: number;
  files: number;
}

export const nameColumn = sealedColumn('files', 'name_sealed');
export const keyColumn = sealedColumn('files', 'key_sealed');

export function defineFiles(sequelize: Sequelize) {
  const id = () => ({ type: DataTypes.STRING(36), primaryKey: true });
  return {
    files: sequelize.define<FileRow>(
      'file',
      {
        id: id(),
        ownerId: DataTypes.STRING(36),
        category: DataTypes.STRING(24),
        kind: DataTypes.STRING(12),
        access: DataTypes.STRING(12),
        accessRole: DataTypes.STRING(40),
        downloadsLeft: DataTypes.INTEGER,
        nameSealed: DataTypes.STRING(1_200),
        mime: DataTypes.STRING(60),
        bytes: DataTypes.BIGINT,
        sha256: DataTypes.STRING(64),
        width: DataTypes.INTEGER,
        height: DataTypes.INTEGER,
        store: DataTypes.STRING(12),
        storeKey: DataTypes.STRING(32),
        keySealed: DataTypes.STRING,
        state: DataTypes.STRING(12),
        deletedAt: DataTypes.DATE(3),
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { tableName: 'files', underscored: true },
    ),
    fileLinks: sequelize.define<FileLinkRow>(
      'fileLink',
      {
        fileId: id(),
        objectType: { type: DataTypes.STRING(40), primaryKey: true },
        objectId: { type: DataTypes.STRING(64), primaryKey: true },
        createdAt: DataTypes.DATE(3),
      },
      { tableName: 'file_links', underscored: true, updatedAt: false },
    ),
    fileUsage: sequelize.define<FileUsageRow>(
      'fileUsage',
      { userId: id(), bytes: DataTypes.BIGINT, files: DataTypes.INTEGER },
      { tableName: 'file_usage', underscored: true, timestamps: false },
    ),
  };
}
