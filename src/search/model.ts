import { DataTypes, type InferAttributes, type InferCreationAttributes, type Model, type Sequelize } from 'sequelize';

/** A term that something is found by. */
export interface SearchTermRow extends Model<InferAttributes<SearchTermRow>, InferCreationAttributes<SearchTermRow>> {
  /** What kind of thing, for example `practitioner`. */
  kind: string;
  term: string;
  subjectId: string;
}

export function defineSearch(sequelize: Sequelize) {
  return sequelize.define<SearchTermRow>(
    'searchTerm',
    {
      kind: { type: DataTypes.STRING(20), primaryKey: true },
      term: { type: DataTypes.STRING(40), primaryKey: true },
      subjectId: { type: DataTypes.STRING(36), primaryKey: true },
    },
    { tableName: 'search_terms', underscored: true, timestamps: false },
  );
}
