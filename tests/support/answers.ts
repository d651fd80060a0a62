/**
 * Holds every answer of an application in tests against what its route declares, which is what the API document says: the
 * status, the code of an error, and no field more or less. What was answered is noted for the whole run (`scripts/test/answers.ts`).
 */
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { routesOf, watchRoutes } from './routes.ts';

/** Any route may answer so: the document says it once for all; and faults that a test plants come out as the last. */
const ANYWHERE = new Set(['storage_unavailable', 'internal']);

const noted = new WeakMap<FastifyInstance, { faults: Set<string>; seen: Set<string> }>();

/** To be called before the routes are added. */
export function watchAnswers(app: FastifyInstance): void {
  watchRoutes(app);
  const found = { faults: new Set<string>(), seen: new Set<string>() };
  noted.set(app, found);
  app.addHook('onSend', (request, reply, payload, done) => {
    const name = nameOf(request);
    if (name) {
      found.seen.add(`${name} ${reply.statusCode}`);
      const fault = faultOf(request, reply, payload);
      if (fault) found.faults.add(`${name} ${reply.statusCode}: ${fault}`);
    }
    done(null, payload);
  });
}

/** Notes what was answered. @throws when something was answered that is not declared */
export function checkAnswers(app: FastifyInstance): void {
  const { faults, seen } = noted.get(app) ?? { faults: new Set<string>(), seen: new Set<string>() };
  const folder = process.env['TEST_ANSWERS'];
  if (folder) {
    appendFileSync(path.join(folder, `seen-${process.pid}`), `${[...seen].join('\n')}\n`);
    const declared = routesOf(app).flatMap(({ method, url, schema }) =>
      Object.keys(schema?.response ?? {}).map((status) => `${method} ${url} ${status}`),
    );
    appendFileSync(path.join(folder, `declared-${process.pid}`), `${declared.join('\n')}\n`);
  }
  if (faults.size > 0) throw new Error(`Answers that their routes do not declare:\n${[...faults].join('\n')}`);
}

/** Faults found so far. */
export const answerFaults = (app: FastifyInstance): string[] => [...(noted.get(app)?.faults ?? [])];

/** The route as it was declared; undefined for pages and for what is no route. */
function nameOf({ method, is404, routeOptions: { url, schema } }: FastifyRequest): string | undefined {
  return is404 || !schema?.response ? undefined : `${method} ${url}`;
}

function faultOf({ routeOptions }: FastifyRequest, { statusCode }: FastifyReply, payload: unknown): string | undefined {
  const declared = (routeOptions.schema?.response as Record<number, unknown> | undefined)?.[statusCode];
  if (statusCode >= 400) {
    const { error } = JSON.parse(String(payload)) as { error: { code: string } };
    if (ANYWHERE.has(error.code)) return undefined;
    if (!declared) return `${error.code} is not declared`;
    return undeclared(declared, payload);
  }
  if (!declared) return 'the status is not declared';
  return declared instanceof z.ZodType && typeof payload === 'string' ? undeclared(declared, payload) : undefined;
}

/** Schemas of answers are plain objects: what differs after parsing is a field that they do not name. */
function undeclared(schema: unknown, payload: unknown): string | undefined {
  if (!(schema instanceof z.ZodType)) return undefined;
  const answer: unknown = JSON.parse(String(payload));
  const parsed = schema.safeParse(answer);
  if (!parsed.success) return z.prettifyError(parsed.error);
  return isDeepStrictEqual(parsed.data, answer) ? undefined : 'it holds fields that are not declared';
}
