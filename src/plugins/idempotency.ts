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
  }
}

const HEADER = 'idempotency-key';
const ACCEPTED = /^[\w.:-]{8,100}$/;

/** To be called before the routes that it shall protect. */
export function answerRepeats(scope: FastifyInstance, database: Database): void {
  scope.addHook('onRoute', (route: RouteOptions) => {
    const mode = route.config?.idempotent;
    if (!mode) return;
    const handler = route.handler;
    route.handler = async function (this: FastifyInstance, request, reply) {
      const key = request.headers[HEADER];
      if (key === undefined) return handler.call(this, request, reply);
      if (typeof key !== 'string' || !ACCEPTED.test(key)) throw new ApiError('invalid_idempotency_key');
      const first = () => handler.call(this, request, reply) as ReturnType<RouteHandlerMethod>;
      return once(database, requestOf(request, key, mode === 'money'), first);
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
