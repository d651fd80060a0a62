import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';

export interface ReviewRow extends Model<InferAttributes<ReviewRow>, InferCreationAttributes<ReviewRow>> {
  id: string;
  /** What it is of: exactly one of the three. */
  appointmentId: CreationOptional<string | null>;
  /** A visit that was planned without an appointment. */
  consultationId: CreationOptional<string | null>;
  /** An order without an appointment. */
  orderId: CreationOptional<string | null>;
  /** Null: nobody in particular, or somebody who has no profile. */
  practitionerId: string | null;
  serviceId: CreationOptional<string | null>;
  userId: string;
  /** 1 to 5. */
  rating: number;
  text: string;
  /** Out of public lists and averages. */
  hidden: boolean;
  reply: CreationOptional<string | null>;
  repliedAt: CreationOptional<Date | null>;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

export interface ReviewTagRow extends Model<InferAttributes<ReviewTagRow>, InferCreationAttributes<ReviewTagRow>> {
  id: string;
  name: string;
  enabled: boolean;
  createdAt: CreationOptional<Date>;
}

export interface ReviewTagChoiceRow extends Model<InferAttributes<ReviewTagChoiceRow>, InferCreationAttributes<ReviewTagChoiceRow>> {
  reviewId: string;
  tagId: string;
}

export function defineReviews(sequelize: Sequelize) {
  const uuid = () => DataTypes.STRING(36);
  return {
    reviews: sequelize.define<ReviewRow>(
      'review',
      {
        id: { type: uuid(), primaryKey: true },
        appointmentId: uuid(),
        consultationId: uuid(),
        orderId: uuid(),
        practitionerId: uuid(),
        serviceId: uuid(),
        userId: uuid(),
        rating: DataTypes.INTEGER,
        text: DataTypes.STRING(2_000),
        hidden: DataTypes.BOOLEAN,
        reply: DataTypes.STRING(2_000),
        repliedAt: DataTypes.DATE(3),
        createdAt: DataTypes.DATE(3),
        updatedAt: DataTypes.DATE(3),
      },
      { tableName: 'reviews', underscored: true },
    ),
    reviewTags: sequelize.define<ReviewTagRow>(
      'reviewTag',
      { id: { type: uuid(), primaryKey: true }, name: DataTypes.STRING(40), enabled: DataTypes.BOOLEAN, createdAt: DataTypes.DATE(3) },
      { tableName: 'review_tags', underscored: true, updatedAt: false },
    ),
    reviewTagChoices: sequelize.define<ReviewTagChoiceRow>(
      'reviewTagChoice',
      { reviewId: { type: uuid(), primaryKey: true }, tagId: { type: uuid(), primaryKey: true } },
      { tableName: 'review_tag_choices', underscored: true, timestamps: false },
    ),
  };
}
