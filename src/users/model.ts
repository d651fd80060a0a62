import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { sealedColumn } from '#src/crypto/vault.ts';

export const userStates = ['active', 'inactive', 'suspended'] as const;
export const membershipLevels = ['basic', 'professional', 'premium'] as const;
export const locales = ['zh', 'en'] as const;

export interface UserRow extends Model<InferAttributes<UserRow>, InferCreationAttributes<UserRow>> {
  id: string;
  /** Name to sign in with, lower case; null for people who came by phone or through another service. */
  account: CreationOptional<string | null>;
  name: string;
  /** Set with the name: what searches compare with. */
  nameSearch: CreationOptional<string>;
  /** argon2id as a PHC string; bcrypt or SHA-256 until the first login of an imported account; null without a password. */
  passwordHash: CreationOptional<string | null>;
  /** Only active people may sign in. */
  status: (typeof userStates)[number];
  /** Number of an employee (工号), lower case; another name to sign in with. */
  staffNo: CreationOptional<string | null>;
  /** Of the number in E.164. */
  phoneIndex: CreationOptional<string | null>;
  phoneSealed: CreationOptional<string | null>;
  emailIndex: CreationOptional<string | null>;
  emailSealed: CreationOptional<string | null>;
  membershipLevel: CreationOptional<(typeof membershipLevels)[number]>;
  locale: CreationOptional<(typeof locales)[number]>;
  avatarFileId: CreationOptional<string | null>;
  /** Nobody signs in with a password before this time; for good: the year 9999. */
  lockedUntil: CreationOptional<Date | null>;
  /** `attempts`: wrong passwords; `administrator`: also keeps out everything but a password. */
  lockReason: CreationOptional<'attempts' | 'administrator' | null>;
  passwordChangedAt: CreationOptional<Date | null>;
  lastLoginAt: CreationOptional<Date | null>;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

export const phoneColumn = sealedColumn('users', 'phone_sealed');
export const emailColumn = sealedColumn('users', 'email_sealed');

/** Names and keywords in the form that they are compared in: one width, lower case, without spaces. */
export const searchForm = (text: string): string => text.normalize('NFKC').toLowerCase().replaceAll(/\s+/gu, '').slice(0, 200);

export function defineUsers(sequelize: Sequelize) {
  return sequelize.define<UserRow>(
    'user',
    {
      id: { type: DataTypes.STRING(36), primaryKey: true },
      account: DataTypes.STRING(64),
      name: {
        type: DataTypes.STRING(100),
        set(name: string) {
          this.setDataValue('name', name);
          this.setDataValue('nameSearch', searchForm(name));
        },
      },
      nameSearch: DataTypes.STRING(200),
      passwordHash: DataTypes.STRING,
      status: DataTypes.STRING(16),
      staffNo: DataTypes.STRING(32),
      phoneIndex: DataTypes.STRING(64),
      phoneSealed: DataTypes.STRING,
      emailIndex: DataTypes.STRING(64),
      emailSealed: DataTypes.STRING(700),
      membershipLevel: { type: DataTypes.STRING(16), defaultValue: 'basic' },
      locale: { type: DataTypes.STRING(8), defaultValue: 'zh' },
      avatarFileId: DataTypes.STRING(36),
      lockedUntil: DataTypes.DATE(3),
      lockReason: DataTypes.STRING(16),
      passwordChangedAt: DataTypes.DATE(3),
      lastLoginAt: DataTypes.DATE(3),
      createdAt: DataTypes.DATE(3),
      updatedAt: DataTypes.DATE(3),
    },
    { tableName: 'users', underscored: true },
  );
}
