/**
 * How long a request may take to arrive. Node has one limit for the whole server, which has to let uploads through that take minutes on
 * a slow line; everything else is small, and who sends it slowly wants to hold a connection.
 */
import type { FastifyInstance } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route takes uploads: only the limit of the server holds. */
    slowBody?: true;
  }
}

/** Cuts connections whose request has not arrived `limitMs` after its headers. */
export function cutSlowBodies(app: FastifyInstance, limitMs: number): void {
  app.addHook('preParsing', (request, _reply, payload, done) => {
    const { headers, raw } = request;
    const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
    if (hasBody && !raw.complete && request.routeOptions.config.slowBody !== true) {
      const timer = setTimeout(() => raw.destroy(), limitMs);
      raw.once('close', () => clearTimeout(timer)).once('end', () => clearTimeout(timer));
    }
    done(null, payload);
  });
}
