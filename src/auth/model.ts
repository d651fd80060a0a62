import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';

/** Kinds of clients; each has its own limit of sessions. */
export const clientTypes = ['web', 'h5', 'wechat', 'alipay', 'ios', 'android', 'desktop', 'other'] as const;
export type ClientType = (typeof clientTypes)[number];

export const loginMethods = ['password', 'code', 'wechat', 'oauth', 'register'] as const;
export type LoginMethod = (typeof loginMethods)[number];

/** Why a session ended before its time. */
export type EndReason = 'logout' | 'removed' | 'limit' | 'password' | 'locked' | 'disabled' | 'deleted' | 'reuse';

/** A login: what a token names, what is renewed, and what can be ended. */
export interface SessionRow extends Model<InferAttributes<SessionRow>, InferCreationAttributes<SessionRow>> {
  id: string;
  userId: string;
  clientType: CreationOptional<ClientType>;
  method: CreationOptional<LoginMethod>;
  /** Random, kept by the client over sessions. */
  deviceId: CreationOptional<string | null>;
  deviceName: CreationOptional<string | null>;
  userAgent: CreationOptional<string | null>;
  ip: CreationOptional<string | null>;
  lastIp: CreationOptional<string | null>;
  /** Written in batches: up to a minute late. */
  lastSeenAt: CreationOptional<Date | null>;
  /** When its person last proved again who they are, for sensitive operations. */
  verifiedAt: CreationOptional<Date | null>;
  createdAt: CreationOptional<Date>;
  /** It cannot be renewed beyond this. */
  expiresAt: Date;
  revokedAt: CreationOptional<Date | null>;
  revokedReason: CreationOptional<EndReason | null>;
}

/** One of the refresh tokens of a session, each the successor of the one before. */
export interface RefreshTokenRow extends Model<InferAttributes<RefreshTokenRow>, InferCreationAttributes<RefreshTokenRow>> {
  /** SHA-256 */
  tokenHash: string;
  sessionId: string;
  /** Unique in its session: a token has one successor. */
  generation: number;
  /** With the token itself it gives the successor; see `refresh.ts`. */
  salt: CreationOptional<string | null>;
  usedAt: CreationOptional<Date | null>;
  expiresAt: Date;
  createdAt: CreationOptional<Date>;
}

export function defineSessions(sequelize: Sequelize) {
  return {
    sessions: sequelize.define<SessionRow>(
      'session',
      {
        id: { type: DataTypes.STRING(36), primaryKey: true },
        userId: DataTypes.STRING(36),
        clientType: { type: DataTypes.STRING(16), defaultValue: 'other' },
        method: { type: DataTypes.STRING(16), defaultValue: 'password' },
        deviceId: DataTypes.STRING(64),
        deviceName: DataTypes.STRING(100),
        userAgent: DataTypes.STRING(255),
        ip: DataTypes.STRING(45),
        lastIp: DataTypes.STRING(45),
        lastSeenAt: DataTypes.DATE(3),
        verifiedAt: DataTypes.DATE(3),
        createdAt: DataTypes.DATE(3),
        expiresAt: DataTypes.DATE(3),
        revokedAt: DataTypes.DATE(3),
        revokedReason: DataTypes.STRING(24),
      },
      { tableName: 'sessions', underscored: true, updatedAt: false },
    ),
    refreshTokens: sequelize.define<RefreshTokenRow>(
      'refreshToken',
      {
        tokenHash: { type: DataTypes.STRING(64), primaryKey: true },
        sessionId: DataTypes.STRING(36),
        generation: DataTypes.INTEGER,
        salt: DataTypes.STRING(64),
        usedAt: DataTypes.DATE(3),
        expiresAt: DataTypes.DATE(3),
        createdAt: DataTypes.DATE(3),
      },
      { tableName: 'refresh_tokens', underscored: true, updatedAt: false },
    ),
  };
}
