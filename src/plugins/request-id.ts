/** Request ids: taken over from a trusted-looking header or made, returned to the caller, on every log line of the request. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';

const HEADER = 'x-request-id';
const ACCEPTED = /^[\w.-]{8,64}$/;

/** Of this process, and a number: random ids cost as much as the rest of the hooks. */
const PREFIX = `req_${randomBytes(9).toString('hex')}_`;
let count = 0;

/** For Fastify's `genReqId`. */
export function requestId(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers[HEADER];
  return typeof given === 'string' && ACCEPTED.test(given) ? given : PREFIX + (count++).toString(36);
}

/** Says in every answer which request it is of and, to an alias, where the thing really is. One hook: it runs before every request. */
export function nameRequests(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.header(HEADER, request.id);
    const { url, originalUrl } = request;
    if (originalUrl !== url) reply.header('link', `<${url.split('?', 1)[0] ?? ''}>; rel="canonical"`);
    done();
  });
}
