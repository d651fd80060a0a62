import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';

/** One line for each request: reads that went well at `debug`, everything else at `info`, faults of ours at `error`. */
export function logRequests(app: FastifyInstance, log: Pick<Logger, 'isLevelEnabled'>): void {
  app.addHook('onResponse', (request, reply, done) => {
    const status = reply.statusCode;
    const level = status >= 500 ? 'error' : status < 400 && request.method === 'GET' ? 'debug' : 'info';
    if (log.isLevelEnabled(level)) {
      const ms = Math.round(reply.elapsedTime * 10) / 10;
      request.log[level]({ requestId: request.id, method: request.method, route: request.routeOptions.url, status, ms }, 'request');
    }
    done();
  });
}
