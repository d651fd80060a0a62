/** Review of qualifications (资质审核): a profile is handed in, and somebody else approves it or sends it back with a reason. */
import { literal } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { SubjectFacts } from '#src/notifications/subjects.ts';
import type { Outbox } from '#src/outbox/outbox.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { fullAccess, ownProfile } from './access.ts';
import type { PractitionerRow, ReviewState } from './model.ts';
import type * as schemas from './schemas.ts';
import type { FullPractitionerView, PractitionerViews } from './view.ts';

/** Every method throws `ApiError` `not_found`. */
export interface PractitionerReviews {
  /** By its owner or an administrator, from `draft` or `rejected`. @throws {ApiError} `forbidden`, `wrong_state` */
  submit(caller: Caller, id: string): Promise<FullPractitionerView>;
  /**
   * @param version of the profile that the reviewer has looked at
   * @throws {ApiError} `wrong_state`, `conflict` when it has changed since, `forbidden` for one's own profile
   */
  approve(caller: Caller, id: string, version: number): Promise<FullPractitionerView>;
  /** As `approve`. */
  reject(caller: Caller, id: string, version: number, reason: string): Promise<FullPractitionerView>;
  /** Oldest first; to its owner and to reviewers. */
  history(caller: Caller, id: string): Promise<z.infer<typeof schemas.reviewHistory>>;
  /** For the notification of how a review ended. */
  facts(id: string): Promise<SubjectFacts | null>;
}

export function createPractitionerReviews(
  database: Database,
  views: PractitionerViews,
  outbox: Pick<Outbox, 'append'>,
): PractitionerReviews {
  const { models, transaction } = database;

  /** Moves on from the state that the row has, unless somebody was faster. */
  async function move(caller: Caller, row: PractitionerRow, toState: ReviewState, reason: string | null): Promise<FullPractitionerView> {
    const { id, reviewState: fromState, version } = row;
    const [changed] = await models.practitioners.update(
      { reviewState: toState, version: literal('version + 1') },
      { where: { id, reviewState: fromState, version } },
    );
    if (changed === 0) throw new ApiError('conflict');
    await models.practitionerReviews.create({ id: uuid(), practitionerId: id, fromState, toState, actorId: caller.userId, reason });
    await row.reload();
    return views.fullOf(row);
  }

  const decide = (caller: Caller, id: string, version: number, state: 'approved' | 'rejected', reason: string | null) =>
    transaction(async () => {
      const row = await models.practitioners.findByPk(id);
      if (!row) throw new ApiError('not_found');
      if (row.userId === caller.userId) throw new ApiError('forbidden');
      if (row.reviewState !== 'submitted') throw new ApiError('wrong_state');
      if (row.version !== version) throw new ApiError('conflict');
      const view = await move(caller, row, state, reason);
      await outbox.append('notification.send', {
        userId: row.userId,
        kind: 'practitioner.reviewed',
        subjectType: 'practitioner',
        subjectId: id,
      });
      return view;
    });

  return {
    submit: (caller, id) =>
      transaction(async () => {
        const { row } = await ownProfile(database, caller, id);
        if (row.reviewState !== 'draft' && row.reviewState !== 'rejected') throw new ApiError('wrong_state');
        return move(caller, row, 'submitted', null);
      }),

    approve: (caller, id, version) => decide(caller, id, version, 'approved', null),
    reject: (caller, id, version, reason) => decide(caller, id, version, 'rejected', reason),

    async facts(id) {
      const row = await models.practitioners.findByPk(id, { attributes: ['reviewState'] });
      const decision = row?.reviewState;
      return decision === 'approved' || decision === 'rejected' ? { decision, path: '/practice/profile' } : null;
    },

    history: (caller, id) => history(database, caller, id),
  };
}

async function history({ models }: Database, caller: Caller, id: string): Promise<z.infer<typeof schemas.reviewHistory>> {
  const row = await models.practitioners.findByPk(id);
  if (!row || !fullAccess(caller, row)) throw new ApiError('not_found');
  const steps = await models.practitionerReviews.findAll({ where: { practitionerId: id }, order: ['id'] });
  const people = await models.users.findAll({ where: { id: steps.map(({ actorId }) => actorId) }, attributes: ['id', 'name'] });
  const names = new Map(people.map(({ id: userId, name }) => [userId, name]));
  const items = steps.map(({ id: stepId, fromState, toState, actorId, reason, createdAt }) => ({
    ...{ id: stepId, from: fromState, to: toState, reason, at: createdAt.toISOString() },
    actor: { id: actorId, name: names.get(actorId) ?? '' },
  }));
  return { items };
}
