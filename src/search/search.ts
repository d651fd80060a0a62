/** Full-text search over names, Chinese ones too, by terms of our own making: no engine's own index is needed. */
import { literal, type WhereOptions } from 'sequelize';
import type { Database } from '#src/database/database.ts';
import { indexTerms, queryTerms } from './terms.ts';

/** What can be found. */
export type SubjectKind = 'practitioner' | 'hospital';

export interface Search {
  /** Says what a subject is found by from now on. To be called inside the transaction of its change. */
  put(kind: SubjectKind, subjectId: string, texts: readonly string[]): Promise<void>;
  remove(kind: SubjectKind, subjectId: string): Promise<void>;
  /** Condition on the rows of a model, whose primary key is `id`: those that hold every part of the keyword. */
  matching(kind: SubjectKind, keyword: string): WhereOptions[];
}

/** Greater than every character that a term can hold. */
const LAST = '\u{10ffff}';

export function createSearch({ sequelize, models: { searchTerms }, transaction }: Database): Search {
  const quoted = (text: string): string => sequelize.escape(text);

  return {
    put: (kind, subjectId, texts) =>
      transaction(async () => {
        await searchTerms.destroy({ where: { kind, subjectId } });
        await searchTerms.bulkCreate(indexTerms(texts).map((term) => ({ kind, term, subjectId })));
      }),

    remove: (kind, subjectId) =>
      transaction(async () => {
        await searchTerms.destroy({ where: { kind, subjectId } });
      }),

    matching(kind, keyword) {
      const { whole, beginnings } = queryTerms(keyword);
      const conditions = [
        ...whole.map((term) => `term = ${quoted(term)}`),
        // A range uses the index on both engines, LIKE only on one.
        ...beginnings.map((term) => `term >= ${quoted(term)} AND term < ${quoted(term + LAST)}`),
      ];
      if (conditions.length === 0) return [literal('1 = 0')];
      return conditions.map((condition) =>
        literal(`id IN (SELECT subject_id FROM search_terms WHERE kind = ${quoted(kind)} AND ${condition})`),
      );
    },
  };
}
