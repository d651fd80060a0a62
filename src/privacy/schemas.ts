import { z } from 'zod';
import { id, listOf, paging, text } from '#src/plugins/fields.ts';
import { blockerKinds } from './blockers.ts';
import { outcome, requestKinds, requestStates } from './model.ts';
import { termNames } from './terms.ts';

export const params = z.object({ id });
const kind = z.enum(requestKinds);
const state = z.enum(requestStates);
const term = z.enum(termNames as [(typeof termNames)[number], ...typeof termNames]);
const bothLanguages = z.object({ zh: z.string(), en: z.string() });

/** For the person: without words of the staff. */
export const ownRequest = z.object({
  id: z.string(),
  kind,
  state: state.describe('`ready`: the copy can be fetched; `refused`: `blockers` of `GET /me/privacy` say what has to be settled'),
  dueAt: z.string().describe('an erasure can be withdrawn until then'),
  expiresAt: z.string().nullable().describe('when the copy is taken away'),
  finishedAt: z.string().nullable(),
  createdAt: z.string(),
});

const blocker = z.object({ what: z.enum(blockerKinds), count: z.int() });
const heldRows = z.object({
  term,
  law: bothLanguages,
  from: bothLanguages.describe('what the term counts from'),
  until: z.string().nullable().describe('when it ends as things stand; null: it runs for each entry'),
  tables: z.array(z.object({ table: z.string(), holds: z.string(), rows: z.int() })),
});
export const overview = z.object({
  requests: z.array(ownRequest),
  blockers: z.array(blocker).describe('what has to be settled before an erasure'),
  held: z.array(heldRows).describe('what the law would keep after an erasure'),
  erasureDays: z.int().describe('days in which an erasure can be withdrawn'),
});

export const link = z.object({ url: z.string().describe('path of the copy, a ZIP; signed, good for ten minutes') });

/** For officers. */
export const request = ownRequest.extend({
  person: z.object({ id: z.string(), name: z.string().describe('masked') }),
  requestedBy: z.string(),
  reason: z.string().nullable(),
  decidedBy: z.string().nullable(),
  outcome: z.array(outcome).nullable().describe('of an erasure that is done'),
  releasedAt: z.string().nullable().describe('when the last that was held was deleted'),
});
export const requestQuery = paging.extend({ kind: kind.optional(), state: state.optional(), userId: id.optional() });
export const requestList = listOf(request);
export const newRequest = z
  .strictObject({ userId: id, kind, reason: text(500).describe('why somebody else asks, for example a letter of the person') })
  .meta({ examples: [{ userId: '01a20089-7d06-73c8-978c-946fc11e3f21', kind: 'export', reason: '患者书面申请 2026-11-20' }] });
export const decision = z.strictObject({ reason: text(500) }).meta({ examples: [{ reason: '尚有未结清的订单' }] });

export const newHold = z
  .strictObject({ userId: id, reason: text(500) })
  .meta({ examples: [{ userId: '01a20089-7d06-73c8-978c-946fc11e3f21', reason: '医疗纠纷，案号 2026-0107' }] });
export const holdQuery = paging.extend({ userId: id.optional(), lifted: z.enum(['true', 'false']).default('false') });
export const hold = z.object({
  id: z.string(),
  person: z.object({ id: z.string(), name: z.string().describe('masked') }),
  reason: z.string(),
  placedBy: z.string(),
  createdAt: z.string(),
  liftedBy: z.string().nullable(),
  liftedAt: z.string().nullable(),
});
export const holdList = listOf(hold);

export const identity = z.object({ name: z.string(), account: z.string().nullable(), phone: z.string().nullable() });
