import type { FastifyInstance } from 'fastify';

/**
 * While the process takes no more work, each connection ends with its next answer: closed while it is idle, it could just be
 * carrying another request.
 */
export function sendClientsOn(app: FastifyInstance, accepting: () => boolean): void {
  app.addHook('onRequest', (_request, reply, done) => {
    if (!accepting()) reply.header('connection', 'close');
    done();
  });
}
