/** Practitioners: doctors and counselors with their profiles. Reviews and photos have services of their own. */
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { fullAccess } from './access.ts';
import { createFinding, type Finding } from './finding.ts';
import { createLookup, type PractitionerLookup } from './lookup.ts';
import type { AvailabilityPort } from './ports.ts';
import type { FullPractitionerView, PractitionerView, PractitionerViews } from './view.ts';
import { createWriting, type Writing, type WritingParts } from './writing.ts';

/** Methods on one profile throw `ApiError` `not_found` for profiles that the caller may not know of. */
export interface Practitioners extends PractitionerLookup, Finding, Writing {
  /** A bookable one. */
  get(id: string): Promise<PractitionerView>;
  getByUser(userId: string): Promise<PractitionerView>;
  /** With everything: to its owner, to reviewers and administrators. */
  full(caller: Caller, id: string): Promise<FullPractitionerView>;
  own(caller: Caller): Promise<FullPractitionerView>;
}

export interface PractitionerParts extends WritingParts {
  views: PractitionerViews;
  availability: AvailabilityPort;
}

export function createPractitioners(database: Database, parts: PractitionerParts): Practitioners {
  const { models } = database;
  const { views, search, availability } = parts;

  async function open(where: { id: string } | { userId: string }): Promise<PractitionerView> {
    const row = await models.practitioners.findOne({ where: { ...where, ...(await views.bookable()) } });
    const [view] = row ? await views.open([row]) : [];
    if (!view) throw new ApiError('not_found');
    return view;
  }

  return {
    ...createLookup(database),
    ...createFinding(database, views, search, availability),
    get: (id) => open({ id }),
    getByUser: (userId) => open({ userId }),

    async full(caller, id) {
      const row = await models.practitioners.findByPk(id);
      if (!row || !fullAccess(caller, row)) throw new ApiError('not_found');
      return views.fullOf(row);
    },

    async own({ userId }) {
      const row = await models.practitioners.findOne({ where: { userId } });
      if (!row) throw new ApiError('not_found');
      return views.fullOf(row);
    },

    ...createWriting(database, views, parts),
  };
}
