/** What hangs on people: tags and whom they follow. */
import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';

/** A tag that the clinic gives to people. */
export interface UserTagRow extends Model<InferAttributes<UserTagRow>, InferCreationAttributes<UserTagRow>> {
  id: string;
  name: string;
  /** `#rrggbb` */
  color: string | null;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

export interface UserTagLinkRow extends Model<InferAttributes<UserTagLinkRow>, InferCreationAttributes<UserTagLinkRow>> {
  userId: string;
  tagId: string;
}

export interface FollowRow extends Model<InferAttributes<FollowRow>, InferCreationAttributes<FollowRow>> {
  followerId: string;
  followedId: string;
  createdAt: CreationOptional<Date>;
}

/** How many things somebody opened on one day of the clinic. */
export interface UserViewsRow extends Model<InferAttributes<UserViewsRow>, InferCreationAttributes<UserViewsRow>> {
  userId: string;
  dayBeganAt: Date;
  views: number;
}

const key = () => ({ type: DataTypes.STRING(36), primaryKey: true });
const untimed = { underscored: true, timestamps: false };

export function definePeople(sequelize: Sequelize) {
  return {
    userTags: sequelize.define<UserTagRow>(
      'userTag',
      {
        id: key(),
        name: DataTypes.STRING(40),
        color: DataTypes.STRING(7),
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { tableName: 'user_tags', underscored: true },
    ),
    userTagLinks: sequelize.define<UserTagLinkRow>(
      'userTagLink',
      { userId: key(), tagId: key() },
      { tableName: 'user_tag_links', ...untimed },
    ),
    userViews: sequelize.define<UserViewsRow>(
      'userViews',
      { userId: key(), dayBeganAt: { type: DataTypes.DATE(3), primaryKey: true }, views: DataTypes.INTEGER },
      { tableName: 'user_views', ...untimed },
    ),
    follows: sequelize.define<FollowRow>(
      'follow',
      { followerId: key(), followedId: key(), createdAt: DataTypes.DATE(3) },
      { tableName: 'user_follows', underscored: true, updatedAt: false },
    ),
  };
}
