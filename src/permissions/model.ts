import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';

export interface RoleRow extends Model<InferAttributes<RoleRow>, InferCreationAttributes<RoleRow>> {
  /** Stable name in code and tokens, for example `doctor`. */
  key: string;
  nameZh: string;
  nameEn: string;
  /** Built-in roles cannot be deleted. */
  builtin: boolean;
  /** Role that inherits everything this one may do. */
  parentKey: CreationOptional<string | null>;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

export interface RolePermissionRow extends Model<InferAttributes<RolePermissionRow>, InferCreationAttributes<RolePermissionRow>> {
  roleKey: string;
  permission: string;
}

export interface UserRoleRow extends Model<InferAttributes<UserRoleRow>, InferCreationAttributes<UserRoleRow>> {
  userId: string;
  roleKey: string;
}

/** Permissions that earlier starts have seen: only what is new is granted to built-in roles. */
export interface KnownPermissionRow extends Model<InferAttributes<KnownPermissionRow>, InferCreationAttributes<KnownPermissionRow>> {
  name: string;
}

const key = () => ({ type: DataTypes.STRING(40), primaryKey: true });
const untimed = { underscored: true, timestamps: false };

export function definePermissions(sequelize: Sequelize) {
  return {
    roles: sequelize.define<RoleRow>(
      'role',
      {
        key: key(),
        nameZh: DataTypes.STRING(60),
        nameEn: DataTypes.STRING(60),
        builtin: DataTypes.BOOLEAN,
        parentKey: DataTypes.STRING(40),
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { tableName: 'roles', underscored: true },
    ),
    rolePermissions: sequelize.define<RolePermissionRow>(
      'rolePermission',
      { roleKey: key(), permission: { type: DataTypes.STRING(60), primaryKey: true } },
      { tableName: 'role_permissions', ...untimed },
    ),
    userRoles: sequelize.define<UserRoleRow>(
      'userRole',
      { userId: { type: DataTypes.STRING(36), primaryKey: true }, roleKey: key() },
      { tableName: 'user_roles', ...untimed },
    ),
    knownPermissions: sequelize.define<KnownPermissionRow>(
      'knownPermission',
      { name: { type: DataTypes.STRING(60), primaryKey: true } },
      { tableName: 'known_permissions', ...untimed },
    ),
  };
}
