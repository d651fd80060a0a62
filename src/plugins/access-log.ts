import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';

/**
 * One line for each request: reads that went well at `debug`, everything else at `info`, what took long at `warn`, faults of ours at `error`.
 * @param slowMs what counts as long; 0: nothing
 */
export function logRequests(app: FastifyInstance, log: Pick<Logger, 'isLevelEnabled'>, slowMs = 0): void {
  app.addHook('onResponse', (request, reply, done) => {
    const status = reply.statusCode;
    const slow = slowMs > 0 && reply.elapsedTime >= slowMs && !request.routeOptions.config.slowBody;
    const level = status >= 500 ? 'error' : slow ? 'warn' : status < 400 && request.method === 'GET' ? 'debug' : 'info';
    if (log.isLevelEnabled(level)) {
      const ms = Math.round(reply.elapsedTime * 10) / 10;
      request.log[level](
        { requestId: request.id, method: request.method, route: request.routeOptions.url, status, ms },
        slow ? 'slow request' : 'request',
      );
    }
    done();
  });
}
