/**
 * How long a request may take to arrive. Node has one limit for the whole server, which has to let uploads through that take minutes on
 * a slow line; everything else is small, and who sends it slowly wants to hold a connection.
 */
import type { FastifyInstance, preParsingHookHandler, RouteOptions } from 'fastify';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route takes uploads: only the limit of the server holds. */
    slowBody?: true;
  }
}

/** Cuts connections whose request has not arrived `limitMs` after its headers. To be called before the routes. */
export function cutSlowBodies(app: FastifyInstance, limitMs: number): void {
  const cut: preParsingHookHandler = ({ headers, raw }, _reply, payload, done) => {
    const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
    if (hasBody && !raw.complete) {
      const timer = setTimeout(() => raw.destroy(), limitMs).unref();
      raw.once('close', () => clearTimeout(timer)).once('end', () => clearTimeout(timer));
    }
    done(null, payload);
  };
  app.addHook('onRoute', (route: RouteOptions) => {
    const reads = [route.method].flat().every((method) => method === 'GET' || method === 'HEAD');
    if (reads || route.config?.slowBody === true) return;
    route.preParsing = [cut, ...[route.preParsing ?? []].flat()];
  });
}
