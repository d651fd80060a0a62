/** Whose practitioner profile it is. */
import { v7 as uuid } from 'uuid';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { PractitionerRow } from './model.ts';

export interface OwnPractitioner {
  /** Locked until the transaction ends. */
  row: PractitionerRow;
  owner: boolean;
  manages: boolean;
}

/** Sees the licence, the ID card, the review and profiles that are not public. */
export const fullAccess = (caller: Caller, { userId }: Pick<PractitionerRow, 'userId'>): boolean =>
  caller.userId === userId || caller.can('practitioners:review') || caller.can('practitioners:manage');

/**
 * A profile that the caller may change: the own one, or any with `practitioners:manage`. Inside a transaction.
 * @throws {ApiError} `not_found`, `forbidden`
 */
export async function ownProfile({ models }: Database, caller: Caller, id: string): Promise<OwnPractitioner> {
  const row = await models.practitioners.findByPk(id, { lock: true });
  if (!row) throw new ApiError('not_found');
  const owner = row.userId === caller.userId;
  const manages = caller.can('practitioners:manage');
  if (!owner && !manages) throw new ApiError('forbidden');
  return { row, owner, manages };
}

/**
 * Writes a change of a profile. What reviewers vouch for needs a new review when its owner changes it.
 * @param vouched whether this change touches what was looked at
 */
export async function changeProfile(
  { models }: Database,
  { row, owner, manages }: OwnPractitioner,
  { values = {}, vouched, actorId }: { values?: Partial<PractitionerRow>; vouched: boolean; actorId: string },
): Promise<void> {
  const { id, reviewState, version } = row;
  const stale = vouched && owner && !manages && reviewState !== 'draft';
  await row.update({ ...values, ...(stale && { reviewState: 'draft' as const }), version: version + 1 });
  if (!stale) return;
  const step = { id: uuid(), practitionerId: id, fromState: reviewState, toState: 'draft' as const, actorId, reason: null };
  await models.practitionerReviews.create(step);
}
