import {
  DataTypes,
  type CreationOptional,
  type InferAttributes,
  type InferCreationAttributes,
  type Model,
  type Sequelize,
} from 'sequelize';
import { jsonColumn } from '#src/database/json-column.ts';

/** A sentence that a practitioner writes often. */
export interface PhraseRow extends Model<InferAttributes<PhraseRow>, InferCreationAttributes<PhraseRow>> {
  id: string;
  ownerId: string;
  kind: 'diagnosis' | 'advice' | 'symptom' | 'other';
  text: string;
  /** How often it was used. */
  uses: number;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

/** A prescription or a record to start from. Holds nothing of a patient. */
export interface TemplateRow extends Model<InferAttributes<TemplateRow>, InferCreationAttributes<TemplateRow>> {
  id: string;
  ownerId: string;
  kind: 'prescription' | 'record';
  name: string;
  category: string | null;
  content: unknown;
  uses: number;
  createdAt: CreationOptional<Date>;
  updatedAt: CreationOptional<Date>;
}

export function defineTemplates(sequelize: Sequelize) {
  const shared = () => ({
    id: { type: DataTypes.STRING(36), primaryKey: true },
    ownerId: DataTypes.STRING(36),
    kind: DataTypes.STRING(12),
    uses: DataTypes.INTEGER,
    createdAt: DataTypes.DATE(3),
    updatedAt: DataTypes.DATE(3),
  });
  return {
    phrases: sequelize.define<PhraseRow>(
      'phrase',
      { ...shared(), text: DataTypes.STRING(1_000) },
      { tableName: 'phrases', underscored: true },
    ),
    templates: sequelize.define<TemplateRow>(
      'template',
      { ...shared(), name: DataTypes.STRING(100), category: DataTypes.STRING(60), content: jsonColumn('content') },
      { tableName: 'templates', underscored: true },
    ),
  };
}
