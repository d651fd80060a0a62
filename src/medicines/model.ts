import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { jsonColumn } from '#src/database/json-column.ts';

/** What can be prescribed. Stock and prices are the pharmacy's. */
export interface MedicineRow extends Model<InferAttributes<MedicineRow>, InferCreationAttributes<MedicineRow>> {
  id: string;
  code: string;
  name: string;
  nameEn: string | null;
  /** Keys that contraindications name, for example `amoxicillin`, `penicillins`. Kept as JSON. */
  ingredients: string[];
  specification: string;
  /** What quantities are counted in, for example 盒. */
  unit: string;
  prescriptionOnly: boolean;
  enabled: boolean;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

/** Against what: another ingredient, an allergy of the patient, or a condition. */
export type ContraindicationKind = 'drug' | 'allergy' | 'condition';

export interface ContraindicationRow extends Model<InferAttributes<ContraindicationRow>, InferCreationAttributes<ContraindicationRow>> {
  id: string;
  kind: ContraindicationKind;
  ingredient: string;
  /** Key of an ingredient, or the meaning of a medical term. */
  against: string;
  severity: 'mild' | 'severe';
  reasonZh: string;
  reasonEn: string;
  enabled: boolean;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

/** A word in a patient's history and what it means to contraindications. */
export interface MedicalTermRow extends Model<InferAttributes<MedicalTermRow>, InferCreationAttributes<MedicalTermRow>> {
  /** Lower case. */
  term: string;
  meaning: string;
}

const id = () => ({ type: DataTypes.STRING(36), primaryKey: true });
const times = () => ({ createdAt: DataTypes.DATE(3), updatedAt: DataTypes.DATE(3) });

export function defineMedicines(sequelize: Sequelize) {
  return {
    medicines: sequelize.define<MedicineRow>(
      'medicine',
      {
        id: id(),
        code: DataTypes.STRING(40),
        name: DataTypes.STRING(100),
        nameEn: DataTypes.STRING(100),
        ingredients: jsonColumn('ingredients'),
        specification: DataTypes.STRING(100),
        unit: DataTypes.STRING(20),
        prescriptionOnly: DataTypes.BOOLEAN,
        enabled: DataTypes.BOOLEAN,
        ...times(),
      },
      { tableName: 'medicines', underscored: true },
    ),
    contraindications: sequelize.define<ContraindicationRow>(
      'contraindication',
      {
        id: id(),
        kind: DataTypes.STRING(12),
        ingredient: DataTypes.STRING(60),
        against: DataTypes.STRING(60),
        severity: DataTypes.STRING(8),
        reasonZh: DataTypes.STRING(300),
        reasonEn: DataTypes.STRING(300),
        enabled: DataTypes.BOOLEAN,
        ...times(),
      },
      { tableName: 'contraindications', underscored: true },
    ),
    medicalTerms: sequelize.define<MedicalTermRow>(
      'medicalTerm',
      { term: { type: DataTypes.STRING(60), primaryKey: true }, meaning: { type: DataTypes.STRING(60), primaryKey: true } },
      { tableName: 'medical_terms', underscored: true, timestamps: false },
    ),
  };
}
