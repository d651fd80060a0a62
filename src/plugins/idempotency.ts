/**
 * `Idempotency-Key` on routes that create something (reliability rule 5). Key, hash of the request and answer are stored in the
 * transaction of the effect: a repeated request gets the first answer again, one with another body is refused, and one
 * that comes while the first is under way waits for it.
 */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest, RouteHandlerMethod, RouteOptions } from 'fastify';
import { UniqueConstraintError } from 'sequelize';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route takes an `Idempotency-Key`; `money`: its keys are kept for ever. */
    idempotent?: 'day' | 'money';
    /**
     * Of a route that is `idempotent`: makes the answer of what the handler returned, once that is committed. For what must not happen
     * inside of a transaction; it may run again after a crash. Repeats get the answer that was there first.
     */
    afterwards?: (begun: unknown, request: FastifyRequest) => Promise<unknown>;
  }
}

const HEADER = 'idempotency-key';
const ACCEPTED = /^[\w.:-]{8,100}$/;

/** To be called before the routes that it shall protect. */
export function answerRepeats(scope: FastifyInstance, database: Database): void {
  scope.addHook('onRoute', (route: RouteOptions) => {
    const { idempotent: mode, afterwards } = route.config ?? {};
    if (!mode) return;
    const handler = route.handler;
    route.handler = async function (this: FastifyInstance, request, reply) {
      const first = () => handler.call(this, request, reply) as ReturnType<RouteHandlerMethod>;
      const finish = afterwards && ((begun: unknown) => afterwards(begun, request));
      const key = request.headers[HEADER];
      if (key === undefined) return finish ? finish(await first()) : first();
      if (typeof key !== 'string' || !ACCEPTED.test(key)) throw new ApiError('invalid_idempotency_key');
      const keyed = requestOf(request, key, mode === 'money');
      return finish ? finishOnce(database, keyed, first, finish) : once(database, keyed, first);
    };
  });
}

interface KeyedRequest {
  owner: string;
  key: string;
  route: string;
  bodyHash: string;
  keep: boolean;
}

function requestOf(request: FastifyRequest, key: string, keep: boolean): KeyedRequest {
  const { method, routeOptions, params, body, principal } = request;
  const bodyHash = createHash('sha256')
    .update(JSON.stringify([params, body]))
    .digest('hex');
  const owner = principal?.kind === 'user' ? principal.userId : (principal?.memberId ?? 'anybody');
  return { owner, key, route: `${method} ${routeOptions.url ?? ''}`, bodyHash, keep };
}

async function once({ models, transaction }: Database, request: KeyedRequest, work: () => unknown): Promise<unknown> {
  const { owner, key, route, bodyHash } = request;
  const where = { owner, key };
  try {
    return await transaction(async () => {
      // The unique key holds a second request here until the first has committed.
      await models.idempotencyKeys.create(request);
      const answer = await work();
      await models.idempotencyKeys.update({ answer: JSON.stringify(answer) }, { where });
      return answer;
    });
  } catch (error) {
    const earlier = error instanceof UniqueConstraintError ? await models.idempotencyKeys.findOne({ where }) : null;
    if (!earlier) throw error;
    if (earlier.route !== route || earlier.bodyHash !== bodyHash) throw new ApiError('idempotency_key_reused', { cause: error });
    return JSON.parse(earlier.answer ?? 'null') as unknown;
  }
}

/** What is stored of a request whose answer is made after its transaction. */
type Stored = { begun: unknown } | { finished: unknown };

async function finishOnce(
  database: Database,
  request: KeyedRequest,
  work: () => unknown,
  finish: (begun: unknown) => Promise<unknown>,
): Promise<unknown> {
  const { models, transaction } = database;
  const stored = (await once(database, request, async () => ({ begun: await work() }))) as Stored;
  if ('finished' in stored) return stored.finished;
  const finished = await finish(stored.begun);
  const { owner, key } = request;
  // Of several that finish it the first decides what all of them are told.
  const where = { owner, key, answer: JSON.stringify(stored) };
  const [changed] = await transaction(() => models.idempotencyKeys.update({ answer: JSON.stringify({ finished }) }, { where }));
  if (changed > 0) return finished;
  const kept = await models.idempotencyKeys.findOne({ where: { owner, key } });
  return kept?.answer ? (JSON.parse(kept.answer) as { finished: unknown }).finished : finished;
}
