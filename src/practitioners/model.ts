import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { valueColumn } from '#src/database/value-column.ts';
import { type Fen, moneyColumn } from '#src/money.ts';
import { type Qualification, qualifications } from './schemas.ts';

export type PractitionerKind = 'doctor' | 'counselor';
/** `draft`: the practitioner is still at it; `rejected`: sent back with a reason. */
export type ReviewState = 'draft' | 'submitted' | 'approved' | 'rejected';
export type PhotoKind = 'avatar' | 'licence' | 'id_card' | 'other';

export interface PractitionerRow extends Model<InferAttributes<PractitionerRow>, InferCreationAttributes<PractitionerRow>> {
  id: string;
  userId: string;
  kind: PractitionerKind;
  name: string;
  /** For example 主任医师. */
  title: string | null;
  departmentId: string | null;
  introduction: string | null;
  qualifications: Qualification[];
  /** Of one visit, for showing; what is paid comes from the price list. */
  price: Fen | null;
  enabled: boolean;
  reviewState: ReviewState;
  /** Raised by every change: reviewers decide about what they have seen. */
  version: CreationOptional<number>;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

export interface SpecialityRow extends Model<InferAttributes<SpecialityRow>, InferCreationAttributes<SpecialityRow>> {
  practitionerId: string;
  speciality: string;
}

export interface PhotoRow extends Model<InferAttributes<PhotoRow>, InferCreationAttributes<PhotoRow>> {
  id: string;
  practitionerId: string;
  kind: PhotoKind;
  fileId: string;
  createdAt: CreationOptional<Date>;
}

/** A step of the review of qualifications. */
export interface ReviewRow extends Model<InferAttributes<ReviewRow>, InferCreationAttributes<ReviewRow>> {
  id: string;
  practitionerId: string;
  fromState: ReviewState;
  toState: ReviewState;
  actorId: string;
  reason: string | null;
  createdAt: CreationOptional<Date>;
}

const key = () => ({ type: DataTypes.STRING(36), primaryKey: true });
const reference = () => DataTypes.STRING(36);
const time = () => DataTypes.DATE(3);

export function definePractitioners(sequelize: Sequelize) {
  return {
    practitioners: sequelize.define<PractitionerRow>(
      'practitioner',
      {
        id: key(),
        userId: reference(),
        kind: DataTypes.STRING(16),
        name: DataTypes.STRING(100),
        title: DataTypes.STRING(60),
        departmentId: reference(),
        introduction: DataTypes.TEXT,
        qualifications: valueColumn('qualifications', qualifications),
        price: moneyColumn(sequelize, 'price'),
        enabled: DataTypes.BOOLEAN,
        reviewState: DataTypes.STRING(12),
        version: { type: DataTypes.INTEGER, defaultValue: 1 },
        createdAt: time(),
        updatedAt: time(),
      },
      { tableName: 'practitioners', underscored: true },
    ),
    specialities: sequelize.define<SpecialityRow>(
      'practitionerSpeciality',
      { practitionerId: key(), speciality: { type: DataTypes.STRING(60), primaryKey: true } },
      { tableName: 'practitioner_specialities', underscored: true, timestamps: false },
    ),
    practitionerPhotos: sequelize.define<PhotoRow>(
      'practitionerPhoto',
      { id: key(), practitionerId: reference(), kind: DataTypes.STRING(12), fileId: reference(), createdAt: time() },
      { tableName: 'practitioner_photos', underscored: true, updatedAt: false },
    ),
    practitionerReviews: sequelize.define<ReviewRow>(
      'practitionerReview',
      {
        id: key(),
        practitionerId: reference(),
        fromState: DataTypes.STRING(12),
        toState: DataTypes.STRING(12),
        actorId: reference(),
        reason: DataTypes.STRING(500),
        createdAt: time(),
      },
      { tableName: 'practitioner_reviews', underscored: true, updatedAt: false },
    ),
  };
}
