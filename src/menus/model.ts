import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';

export interface MenuRow extends Model<InferAttributes<MenuRow>, InferCreationAttributes<MenuRow>> {
  key: string;
  parentKey: string | null;
  titleZh: string;
  titleEn: string;
  /** Where it leads, below `/clinic`; null for a heading. */
  path: string | null;
  icon: string | null;
  /** What the caller must hold to see it; null: everybody. */
  permission: string | null;
  /** Among those with the same parent, ascending. */
  sortOrder: number;
  visible: boolean;
  /** Came with the program; cannot be deleted. */
  builtin: boolean;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

export function defineMenus(sequelize: Sequelize) {
  return sequelize.define<MenuRow>(
    'menu',
    {
      key: { type: DataTypes.STRING(40), primaryKey: true },
      parentKey: DataTypes.STRING(40),
      titleZh: DataTypes.STRING(60),
      titleEn: DataTypes.STRING(60),
      path: DataTypes.STRING(200),
      icon: DataTypes.STRING(40),
      permission: DataTypes.STRING(60),
      sortOrder: DataTypes.INTEGER,
      visible: DataTypes.BOOLEAN,
      builtin: DataTypes.BOOLEAN,
      createdAt: DataTypes.DATE(3),
      updatedAt: DataTypes.DATE(3),
    },
    { tableName: 'menus', underscored: true },
  );
}
