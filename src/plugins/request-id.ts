/** Request ids: taken over from a trusted-looking header or made, returned to the caller, on every log line of the request. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';

const HEADER = 'x-request-id';
const ACCEPTED = /^[\w.-]{8,64}$/;

/** For Fastify's `genReqId`. */
export function requestId(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers[HEADER];
  return typeof given === 'string' && ACCEPTED.test(given) ? given : `req_${randomUUID()}`;
}

export function returnRequestIds(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header(HEADER, request.id);
    done();
  });
}
