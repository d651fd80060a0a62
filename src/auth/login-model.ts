/** What signing in leaves behind: codes, counters, the log, identities of other services. */
import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import type { ClientType, LoginMethod } from './model.ts';

/** A code that was sent by text message. */
export interface SmsCodeRow extends Model<InferAttributes<SmsCodeRow>, InferCreationAttributes<SmsCodeRow>> {
  id: string;
  phoneIndex: string;
  scene: string;
  /** Keyed hash over id and code. */
  codeHash: string;
  tries: number;
  expiresAt: Date;
  /** Also set when a newer code took its place. */
  usedAt: CreationOptional<Date | null>;
  createdAt: CreationOptional<Date>;
}

/** How often something happened in the window that ends at `endsAt`; see `limits.ts`. */
export interface RateCounterRow extends Model<InferAttributes<RateCounterRow>, InferCreationAttributes<RateCounterRow>> {
  counterKey: string;
  hits: number;
  endsAt: Date;
}

/** An attempt to sign in. */
export interface LoginRow extends Model<InferAttributes<LoginRow>, InferCreationAttributes<LoginRow>> {
  id: CreationOptional<number>;
  userId: CreationOptional<string | null>;
  /** As typed where there is such a person, phones masked; else only its first letter. */
  account: CreationOptional<string | null>;
  method: LoginMethod;
  success: boolean;
  /** Code of the error. */
  reason: CreationOptional<string | null>;
  /** What is unusual about it, comma separated: `new_device`, `new_network`, `after_failures`. */
  abnormal: CreationOptional<string | null>;
  clientType: ClientType;
  /** SHA-256 of the client's device id, or of its user agent without one. */
  deviceKey: string;
  userAgent: CreationOptional<string | null>;
  ip: string;
  network: string;
  sessionId: CreationOptional<string | null>;
  createdAt: CreationOptional<Date>;
}

/** Somebody as another service knows them. */
export interface IdentityRow extends Model<InferAttributes<IdentityRow>, InferCreationAttributes<IdentityRow>> {
  id: string;
  userId: string;
  provider: string;
  subject: string;
  /** Name there, for the list of the person's own identities. */
  label: CreationOptional<string | null>;
  lastUsedAt: CreationOptional<Date | null>;
  createdAt: CreationOptional<Date>;
}

/** Somebody who was sent to another service and is to come back, once. */
export interface LoginStateRow extends Model<InferAttributes<LoginStateRow>, InferCreationAttributes<LoginStateRow>> {
  stateHash: string;
  provider: string;
  /** Of what only the page holds that began. */
  ticketHash: string;
  nonce: CreationOptional<string | null>;
  verifier: CreationOptional<string | null>;
  /** Who adds an identity to their account; null: signing in. */
  userId: CreationOptional<string | null>;
  expiresAt: Date;
  createdAt: CreationOptional<Date>;
}

const id = () => ({ type: DataTypes.STRING(36), primaryKey: true });
const rest = { underscored: true, updatedAt: false } as const;

export const defineSignIn = (sequelize: Sequelize) => ({ ...defineAttempts(sequelize), ...defineIdentities(sequelize) });

function defineAttempts(sequelize: Sequelize) {
  return {
    smsCodes: sequelize.define<SmsCodeRow>(
      'smsCode',
      {
        id: id(),
        phoneIndex: DataTypes.STRING(64),
        scene: DataTypes.STRING(16),
        codeHash: DataTypes.STRING(64),
        tries: DataTypes.INTEGER,
        expiresAt: DataTypes.DATE(3),
        usedAt: DataTypes.DATE(3),
        createdAt: DataTypes.DATE(3),
      },
      { tableName: 'sms_codes', ...rest },
    ),
    rateCounters: sequelize.define<RateCounterRow>(
      'rateCounter',
      { counterKey: { type: DataTypes.STRING(120), primaryKey: true }, hits: DataTypes.INTEGER, endsAt: DataTypes.DATE(3) },
      { tableName: 'rate_counters', underscored: true, timestamps: false },
    ),
    logins: sequelize.define<LoginRow>(
      'login',
      {
        id: { type: DataTypes.BIGINT, primaryKey: true, autoIncrement: true },
        userId: DataTypes.STRING(36),
        account: DataTypes.STRING(64),
        method: DataTypes.STRING(16),
        success: DataTypes.BOOLEAN,
        reason: DataTypes.STRING(32),
        abnormal: DataTypes.STRING(60),
        clientType: DataTypes.STRING(16),
        deviceKey: DataTypes.STRING(64),
        userAgent: DataTypes.STRING(255),
        ip: DataTypes.STRING(45),
        network: DataTypes.STRING(64),
        sessionId: DataTypes.STRING(36),
        createdAt: DataTypes.DATE(3),
      },
      { tableName: 'login_log', ...rest },
    ),
  };
}

function defineIdentities(sequelize: Sequelize) {
  return {
    identities: sequelize.define<IdentityRow>(
      'identity',
      {
        id: id(),
        userId: DataTypes.STRING(36),
        provider: DataTypes.STRING(40),
        subject: DataTypes.STRING,
        label: DataTypes.STRING(100),
        lastUsedAt: DataTypes.DATE(3),
        createdAt: DataTypes.DATE(3),
      },
      { tableName: 'user_identities', ...rest },
    ),
    loginStates: sequelize.define<LoginStateRow>(
      'loginState',
      {
        stateHash: { type: DataTypes.STRING(64), primaryKey: true },
        provider: DataTypes.STRING(40),
        ticketHash: DataTypes.STRING(64),
        nonce: DataTypes.STRING(128),
        verifier: DataTypes.STRING(128),
        userId: DataTypes.STRING(36),
        expiresAt: DataTypes.DATE(3),
        createdAt: DataTypes.DATE(3),
      },
      { tableName: 'login_states', ...rest },
    ),
  };
}
