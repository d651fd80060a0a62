/** Requests as rows: made, planned, changed while they are open, shown. */
import { v7 as uuid } from 'uuid';
import type { z } from 'zod';
import { maskName } from '#src/crypto/masks.ts';
import { withViolations } from '#src/database/constraints.ts';
import { ApiError } from '#src/errors.ts';
import type { Foundation } from '#src/foundation.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { blockersOf } from './blockers.ts';
import { type RequestKind, requestReason, type RequestRow } from './model.ts';
import { ownView } from './overview.ts';
import type * as schemas from './schemas.ts';

export type Request = z.infer<typeof schemas.request>;
export type RequestParts = Pick<Foundation, 'database' | 'vault' | 'audit' | 'outbox' | 'settings'>;

const DAY = 86_400_000;
const violations = {
  unique: [{ index: 'privacy_requests_open_unique', column: 'open_key', code: 'request_open' }],
  reference: 'unknown_user',
} as const;
const jobKey = (id: string): string => `privacy:${id}`;

/**
 * Makes a request and plans what follows.
 * @param reason of an officer; null: the person asks
 * @throws {ApiError} `request_open`, `open_business`, `unknown_user`
 */
export function addRequest(
  parts: RequestParts,
  caller: Caller,
  userId: string,
  kind: RequestKind,
  reason: string | null,
): Promise<RequestRow> {
  const { database, vault, settings } = parts;
  const { privacyRequests } = database.models;
  return withViolations(violations, () =>
    database.transaction(async () => {
      if (kind === 'erase') await refuseOpenBusiness(parts, userId);
      else if ((await privacyRequests.count({ where: { userId, kind, state: 'ready' } })) > 0) throw new ApiError('request_open');
      const id = uuid();
      const wait = kind === 'erase' ? settings.get('privacy.erasureDays') * DAY : 0;
      const row = await privacyRequests.create({
        ...{ id, userId, kind, state: 'requested', openKey: `${kind}:${userId}`, requestedBy: caller.userId },
        ...{ dueAt: new Date(Date.now() + wait), decidedBy: null, fileId: null, expiresAt: null, result: null },
        ...{ reasonSealed: reason === null ? null : vault.seal(requestReason, id, reason), identitySealed: null },
        ...{ finishedAt: null, releasedAt: null },
      });
      await plan(parts, row, row.dueAt);
      await note(parts, caller, `privacy.${kind}_requested`, row);
      return row;
    }),
  );
}

async function refuseOpenBusiness({ database }: RequestParts, userId: string): Promise<void> {
  const blockers = await blockersOf(database, userId);
  if (blockers.length > 0) throw new ApiError('open_business', { details: blockers });
}

const plan = ({ outbox }: RequestParts, { id, kind }: RequestRow, runAt: Date): Promise<void> =>
  outbox.append(kind === 'export' ? 'privacy.export' : 'privacy.erase', { requestId: id }, { runAt, dedupeKey: jobKey(id) });

const note = ({ audit }: RequestParts, { userId, ip, requestId }: Caller, what: string, { id }: RequestRow): Promise<void> =>
  audit.security(what, { userId, ip, requestId, details: { request: id } });

/** Changes a request that is still open. @param userId only of this person @throws {ApiError} `not_found`, `wrong_state` */
export function changeRequest(
  { database }: RequestParts,
  id: string,
  userId: string | undefined,
  work: (row: RequestRow) => Promise<unknown>,
): Promise<RequestRow> {
  return database.transaction(async () => {
    const row = await database.models.privacyRequests.findOne({ where: { id, ...(userId && { userId }) }, lock: true });
    if (!row) throw new ApiError('not_found');
    if (row.state !== 'requested') throw new ApiError('wrong_state');
    await work(row);
    return row;
  });
}

/** Ends an open request without doing it. */
export async function endRequest(
  parts: RequestParts,
  caller: Caller,
  row: RequestRow,
  values: { state: 'withdrawn' } | { state: 'refused'; reason: string },
): Promise<void> {
  const { state } = values;
  const reason = state === 'refused' ? { reasonSealed: parts.vault.seal(requestReason, row.id, values.reason) } : {};
  await row.update({ state, ...reason, openKey: null, decidedBy: caller.userId, finishedAt: new Date() });
  await parts.outbox.cancel(jobKey(row.id));
  await note(parts, caller, `privacy.${row.kind}_${state}`, row);
}

/** Does it now instead of later. @throws {ApiError} `open_business` */
export async function hastenRequest(parts: RequestParts, caller: Caller, row: RequestRow): Promise<void> {
  if (row.kind === 'erase') await refuseOpenBusiness(parts, row.userId);
  await row.update({ dueAt: new Date(), decidedBy: caller.userId });
  await parts.outbox.cancel(jobKey(row.id));
  await plan(parts, row, new Date());
  await note(parts, caller, `privacy.${row.kind}_hastened`, row);
}

/** For officers: names are masked. */
export async function requestViews({ database, vault }: RequestParts, rows: readonly RequestRow[]): Promise<Request[]> {
  const ids = rows.map(({ userId }) => userId);
  const people = await database.models.users.findAll({ where: { id: ids }, attributes: ['id', 'name'] });
  const names = new Map(people.map(({ id, name }) => [id, name]));
  return rows.map((row) => ({
    ...ownView(row),
    person: { id: row.userId, name: maskName(names.get(row.userId) ?? '') },
    requestedBy: row.requestedBy,
    reason: row.reasonSealed === null ? null : vault.open(requestReason, row.id, row.reasonSealed),
    decidedBy: row.decidedBy,
    outcome: row.result?.tables ?? null,
    releasedAt: row.releasedAt?.toISOString() ?? null,
  }));
}
