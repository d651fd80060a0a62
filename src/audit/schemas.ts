import { z } from 'zod';
import { id, listOf, paging, sortBy, text, time } from '#src/plugins/fields.ts';

const period = { from: time.optional(), to: time.optional().describe('exclusive') };
const byAge = { sort: sortBy(['createdAt'], '-createdAt') };
const medicalAction = z.enum(['read', 'create', 'update', 'delete', 'export']);

export const patientParams = z.object({ patientId: id });

export const medicalQuery = paging.extend({
  ...byAge,
  ...period,
  patientId: id.optional(),
  actorId: id.optional(),
  action: medicalAction.optional(),
});
export const medicalList = listOf(
  z.object({
    patientId: z.string(),
    seq: z.int(),
    actorId: z.string(),
    action: medicalAction,
    objectType: z.string(),
    objectId: z.string(),
    requestId: z.string(),
    ip: z.string(),
    createdAt: z.string(),
  }),
);

export const verdict = z.object({
  patientId: z.string(),
  rows: z.int(),
  broken: z.object({ seq: z.int(), reason: z.string() }).nullable().describe('null: the chain is sound'),
});

export const operationQuery = paging.extend({
  ...byAge,
  ...period,
  userId: id.optional(),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).optional(),
  route: text(120).optional().describe('part of the route, for example `/appointments`'),
  objectId: text(64).optional(),
});
export const operationList = listOf(
  z.object({
    id: z.string(),
    userId: z.string().nullable(),
    method: z.string(),
    route: z.string(),
    objectId: z.string().nullable(),
    status: z.int(),
    ip: z.string(),
    requestId: z.string(),
    tookMs: z.int(),
    createdAt: z.string(),
  }),
);

export const changeQuery = paging.extend({
  ...byAge,
  ...period,
  table: text(64).optional(),
  actorId: id.optional(),
  action: z.enum(['insert', 'update', 'delete']).optional(),
});
export const changeList = listOf(
  z.object({
    id: z.string(),
    table: z.string(),
    action: z.enum(['insert', 'update', 'delete']),
    rowIds: z.array(z.string()),
    fields: z.array(z.string()),
    actorId: z.string().nullable(),
    requestId: z.string().nullable(),
    createdAt: z.string(),
  }),
);

export const securityQuery = paging.extend({ ...period, ...byAge, kind: text(40).optional(), userId: id.optional() });
export const securityList = listOf(
  z.object({
    id: z.string(),
    kind: z.string(),
    userId: z.string().nullable(),
    ip: z.string().nullable(),
    requestId: z.string().nullable(),
    details: z.record(z.string(), z.unknown()),
    createdAt: z.string(),
  }),
);
