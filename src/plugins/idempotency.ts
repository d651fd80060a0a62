/**
 * `Idempotency-Key` on routes that create something (reliability rule 5). Key, hash of the request and answer are stored in the
 * transaction of the effect: a repeated request gets the first answer again, one with another body is refused, and one
 * that comes while the first is under way waits for it. Answers are sealed: some hold names and medical text.
 */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyRequest, RouteHandlerMethod, RouteOptions } from 'fastify';
import { UniqueConstraintError } from 'sequelize';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { answerColumn } from '#src/idempotency/model.ts';

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
export function answerRepeats(scope: FastifyInstance, database: Database, vault: Vault): void {
  const parts = { database, answers: sealedAnswers(vault) };
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
      return finish ? finishOnce(parts, keyed, first, finish) : once(parts, keyed, first);
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

interface Parts {
  database: Database;
  answers: Answers;
}

interface Answers {
  seal(key: string, answer: unknown): string;
  open(key: string, stored: string | null): unknown;
}

/** Answers of earlier versions were kept in clear. */
const sealedAnswers = (vault: Vault): Answers => ({
  seal: (key, answer) => vault.seal(answerColumn, key, JSON.stringify(answer ?? null)),
  open: (key, stored) => JSON.parse(stored !== null && vault.isSealed(stored) ? vault.open(answerColumn, key, stored) : (stored ?? 'null')),
});

async function once({ database, answers }: Parts, request: KeyedRequest, work: () => unknown): Promise<unknown> {
  const { models, transaction } = database;
  const { owner, key, route, bodyHash } = request;
  const where = { owner, key };
  try {
    return await transaction(async () => {
      // The unique key holds a second request here until the first has committed.
      await models.idempotencyKeys.create(request);
      const answer = await work();
      await models.idempotencyKeys.update({ answer: answers.seal(key, answer) }, { where });
      return answer;
    });
  } catch (error) {
    const earlier = error instanceof UniqueConstraintError ? await models.idempotencyKeys.findOne({ where }) : null;
    if (!earlier) throw error;
    if (earlier.route !== route || earlier.bodyHash !== bodyHash) throw new ApiError('idempotency_key_reused', { cause: error });
    return answers.open(key, earlier.answer);
  }
}

/** What is stored of a request whose answer is made after its transaction. */
type Stored = { begun: unknown } | { finished: unknown };

async function finishOnce(
  parts: Parts,
  request: KeyedRequest,
  work: () => unknown,
  finish: (begun: unknown) => Promise<unknown>,
): Promise<unknown> {
  const { answers, database } = parts;
  const { idempotencyKeys } = database.models;
  const { owner, key } = request;
  const stored = (await once(parts, request, async () => ({ begun: await work() }))) as Stored;
  if ('finished' in stored) return stored.finished;
  const finished = await finish(stored.begun);
  return database.transaction(async () => {
    // Of several that finish it the first decides what all of them are told.
    const row = await idempotencyKeys.findOne({ where: { owner, key }, lock: true });
    const kept = row && (answers.open(key, row.answer) as Stored);
    if (kept && 'finished' in kept) return kept.finished;
    await row?.update({ answer: answers.seal(key, { finished }) });
    return finished;
  });
}
