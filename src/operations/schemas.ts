import { z } from 'zod';
import { id, listOf, paging, sortBy, text } from '#src/plugins/fields.ts';
import { isForward, notForward, periodFields } from '#src/statistics/periods.ts';

export const jobParams = z.object({ id });
const state = z.enum(['ready', 'done', 'dead', 'cancelled']);

export const jobQuery = paging.extend({
  state: state.default('dead').describe('`dead`: gave up, and waits for a person'),
  topic: text(60).optional(),
  sort: sortBy(['createdAt', 'runAt'], '-createdAt'),
});
export const jobView = z.object({
  id: z.string(),
  topic: z.string(),
  payload: z.unknown().describe('ids and plain values'),
  state,
  runAt: z.string(),
  attempts: z.int(),
  lastError: z.string().nullable(),
  requestId: z.string().nullable().describe('of the request that caused it'),
  createdAt: z.string(),
});
export const jobList = listOf(jobView);
export const jobFigures = z.object({ items: z.array(z.object({ topic: z.string(), state, count: z.int() })) });

export const cacheParams = z.object({ name: text(60) });
const cacheView = z.object({
  name: z.string(),
  strategy: z
    .enum(['memory', 'shared', 'keyed', 'loaded', 'client'])
    .describe(
      '`memory`: each process keeps one value until a change of its source is signalled; `shared`: values by key, for all processes where there is Redis, until a change is signalled or their time is over; `keyed`: each process keeps values by key, until they change or others take their place; `loaded`: each process keeps all of it and reads it again after a change; `client`: browsers and proxies keep it and ask each time whether it still holds (a hit: it does)',
    ),
  ttlSeconds: z.int().nullable().describe('time of a value; null: until it changes'),
  held: z.boolean(),
  hits: z.int().describe('of the process that answers, since its start'),
  misses: z.int(),
});
const cacheKey = z.string().regex(/^[\w.-]{1,100}$/);
export const cacheKeyParams = cacheParams.extend({ key: cacheKey });
export const cacheKeys = z.object({ items: z.array(z.object({ key: z.string() })).describe('at most 200, in order') });
export const cacheList = z.object({ items: z.array(cacheView) });

export const operationFiguresQuery = z
  .object({
    ...periodFields,
    group: z.enum(['period', 'user', 'route', 'method', 'status']).default('period'),
    userId: id.optional(),
    route: text(120).optional().describe('one route as it is in the log, for example `/api/v1/appointments`'),
  })
  .refine(isForward, notForward);
export const operationFigures = z.object({
  items: z.array(
    z.object({
      key: z.string().nullable().describe('period, user, route, method or status; null: nobody was signed in'),
      count: z.int(),
      failed: z.int().describe('answered with 400 and more'),
      averageMs: z.number(),
    }),
  ),
});
