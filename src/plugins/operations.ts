/**
 * The operation log (CFG-08): every request that changes something, with who, what and how it ended; and the actor that the
 * request's changes are put down to. Rows are collected and written twice a second: no request waits for its log.
 */
import type { FastifyInstance, RouteOptions } from 'fastify';
import type { InferCreationAttributes } from 'sequelize';
import { actAs } from '#src/audit/actor.ts';
import type { OperationRow } from '#src/audit/model.ts';
import type { Database } from '#src/database/database.ts';

const FLUSH_MS = 500;
/** Rows kept while the database is away; older ones are dropped. */
const MOST_WAITING = 10_000;

type Entry = Omit<InferCreationAttributes<OperationRow>, 'id'>;

export function logOperations(scope: FastifyInstance, { models, transaction }: Database): void {
  let waiting: Entry[] = [];

  async function flush(): Promise<void> {
    if (waiting.length === 0) return;
    const entries = waiting;
    waiting = [];
    try {
      await transaction(() => models.operations.bulkCreate(entries));
    } catch (error) {
      waiting = [...entries, ...waiting].slice(-MOST_WAITING);
      scope.log.warn({ err: error, waiting: waiting.length }, 'operations not logged yet');
    }
  }
  const timer = setInterval(() => void flush(), FLUSH_MS);
  timer.unref();
  scope.addHook('onClose', async () => {
    clearInterval(timer);
    await flush();
  });

  scope.addHook('onRoute', (route: RouteOptions) => {
    if ([route.method].flat().every((method) => method === 'GET' || method === 'HEAD')) return;
    const handler = route.handler;
    route.handler = function (this: FastifyInstance, request, reply) {
      const userId = request.principal?.kind === 'user' ? request.principal.userId : null;
      return actAs({ userId, requestId: request.id }, () => handler.call(this, request, reply));
    };
    route.onResponse = [
      ...[route.onResponse ?? []].flat(),
      (request, reply, done) => {
        const userId = request.principal?.kind === 'user' ? request.principal.userId : null;
        const objectId = Object.values(request.params as Record<string, string>)[0]?.slice(0, 64) ?? null;
        waiting.push({
          userId,
          method: request.method,
          route: request.routeOptions.url?.slice(0, 120) ?? '',
          objectId,
          status: reply.statusCode,
          ip: request.ip,
          requestId: request.id,
          tookMs: Math.round(reply.elapsedTime),
          createdAt: new Date(),
        });
        if (waiting.length > MOST_WAITING) waiting.shift();
        done();
      },
    ];
  });
}
