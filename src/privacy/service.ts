/** What people may ask of the clinic about their own data (PIPL, articles 45 and 47): a copy of it, and that it is erased. */
import type { z } from 'zod';
import { ApiError } from '#src/errors.ts';
import type { Files } from '#src/files/service.ts';
import { slice } from '#src/plugins/fields.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { createHolds, type LegalHolds } from './holds.ts';
import { createJobs, type JobParts, type PrivacyJobs } from './jobs.ts';
import { identityColumn, type RequestKind, type RequestRow } from './model.ts';
import { overviewOf, ownView } from './overview.ts';
import { addRequest, changeRequest, endRequest, hastenRequest, type Request, requestViews } from './requests.ts';
import type * as schemas from './schemas.ts';

type OwnRequest = z.infer<typeof schemas.ownRequest>;

export interface Privacy extends Own, Officers {
  readonly jobs: PrivacyJobs;
  readonly holds: LegalHolds;
  /** Address of a copy, for its person and for officers; noted in the audit. @throws {ApiError} `not_found`, `wrong_state` */
  link(caller: Caller, id: string): Promise<{ url: string }>;
}

interface Own {
  overview(caller: Caller): Promise<z.infer<typeof schemas.overview>>;
  /** @throws {ApiError} `request_open`; for an erasure `open_business` with what is in the way */
  ask(caller: Caller, kind: RequestKind): Promise<OwnRequest>;
  /** Takes back what the caller asked for. @throws {ApiError} `not_found`, `wrong_state` */
  withdraw(caller: Caller, id: string): Promise<OwnRequest>;
}

interface Officers {
  list(query: z.infer<typeof schemas.requestQuery>): Promise<z.infer<typeof schemas.requestList>>;
  /** Asks for somebody who did so on paper. @throws {ApiError} `unknown_user`, `request_open`, `open_business` */
  askFor(caller: Caller, request: z.infer<typeof schemas.newRequest>): Promise<Request>;
  /** Erases now instead of later. @throws {ApiError} `not_found`, `wrong_state`, `open_business` */
  hasten(caller: Caller, id: string): Promise<Request>;
  /** @throws {ApiError} `not_found`, `wrong_state` */
  refuse(caller: Caller, id: string, reason: string): Promise<Request>;
  /** Who an erased person was, while something of theirs is held; noted in the audit. @throws {ApiError} `not_found`, `wrong_state` */
  identity(caller: Caller, id: string): Promise<z.infer<typeof schemas.identity>>;
}

export interface PrivacyParts extends JobParts {
  files: Pick<Files, 'store' | 'open' | 'discard' | 'urls'>;
}

export function createPrivacy(parts: PrivacyParts): Privacy {
  const { database, audit, files } = parts;
  return {
    jobs: createJobs(parts),
    holds: createHolds(parts),
    ...forOneself(parts),
    ...forOfficers(parts),

    link: (caller, id) =>
      database.transaction(async () => {
        const row = await database.models.privacyRequests.findByPk(id);
        if (!row || row.kind !== 'export' || (row.userId !== caller.userId && !caller.can('data:erase'))) throw new ApiError('not_found');
        const url = row.fileId === null ? undefined : (await files.urls([row.fileId])).get(row.fileId);
        if (row.state !== 'ready' || !url || (row.expiresAt && row.expiresAt < new Date())) throw new ApiError('wrong_state');
        await audit.medical(caller, 'read', { patientId: row.userId, objectType: 'data_copy', objectId: id });
        return { url };
      }),
  };
}

function forOneself(parts: PrivacyParts): Own {
  return {
    overview: ({ userId }) => overviewOf(parts.database, userId, parts.settings.get('privacy.erasureDays')),
    ask: async (caller, kind) => ownView(await addRequest(parts, caller, caller.userId, kind, null)),
    withdraw: async (caller, id) =>
      ownView(await changeRequest(parts, id, caller.userId, (row) => endRequest(parts, caller, row, { state: 'withdrawn' }))),
  };
}

function forOfficers(parts: PrivacyParts): Officers {
  const { database, vault, audit, outbox } = parts;
  const { privacyRequests } = database.models;
  const view = async (row: RequestRow): Promise<Request> => (await requestViews(parts, [row]))[0] as Request;

  return {
    async list({ kind, state, userId, ...page }) {
      const where = { ...(kind && { kind }), ...(state && { state }), ...(userId && { userId }) };
      const { rows, count } = await privacyRequests.findAndCountAll({ where, order: [['id', 'DESC']], ...slice(page) });
      return { items: await requestViews(parts, rows), pagination: { ...page, total: count } };
    },
    askFor: async (caller, { userId, kind, reason }) => view(await addRequest(parts, caller, userId, kind, reason)),
    hasten: async (caller, id) => view(await changeRequest(parts, id, undefined, (row) => hastenRequest(parts, caller, row))),

    refuse: async (caller, id, reason) =>
      view(
        await changeRequest(parts, id, undefined, async (row) => {
          await endRequest(parts, caller, row, { state: 'refused', reason });
          const order = { userId: row.userId, kind: 'data.erasure_refused', subjectType: 'privacy_request', subjectId: id } as const;
          if (row.kind === 'erase') await outbox.append('notification.send', order);
        }),
      ),

    identity: (caller, id) =>
      database.transaction(async () => {
        const row = await privacyRequests.findByPk(id);
        if (!row || row.kind !== 'erase') throw new ApiError('not_found');
        if (row.identitySealed === null) throw new ApiError('wrong_state');
        await audit.medical(caller, 'read', { patientId: row.userId, objectType: 'erased_identity', objectId: id });
        return identityColumn.open(vault, id, row.identitySealed);
      }),
  };
}
