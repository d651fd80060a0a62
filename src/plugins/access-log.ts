import type { FastifyInstance } from 'fastify';

/** One line for each request: reads that went well at `debug`, everything else at `info`, faults of ours at `error`. */
export function logRequests(app: FastifyInstance): void {
  app.addHook('onResponse', (request, reply, done) => {
    const status = reply.statusCode;
    const level = status >= 500 ? 'error' : status < 400 && request.method === 'GET' ? 'debug' : 'info';
    const ms = Math.round(reply.elapsedTime * 10) / 10;
    request.log[level]({ method: request.method, route: request.routeOptions.url, status, ms }, 'request');
    done();
  });
}
