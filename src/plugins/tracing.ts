/** A trace for each request to the API. Those of callers are not continued: whoever calls must not decide what is recorded. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Span, Tracing } from '#rooms/ports.ts';
import type { FinishListener } from './finished.ts';

/** @returns what ends the span, to be called after every answer */
export function traceRequests(app: FastifyInstance, tracing: Tracing): FinishListener {
  const spans = new WeakMap<FastifyRequest, Span>();
  app.addHook('onRequest', (request, _reply, done) => {
    const { method, id } = request;
    const route = request.routeOptions.url;
    if (!route?.startsWith('/api/')) return done();
    const attributes = { 'http.request.method': method, 'http.route': route, 'wenzhen.request_id': id };
    const span = tracing.start({ name: `${method} ${route}`, kind: 'server', parent: null, attributes });
    if (!span) return done();
    spans.set(request, span);
    span.run(done);
  });
  return (request, { statusCode }) => {
    const span = spans.get(request);
    span?.set({ 'http.response.status_code': statusCode });
    span?.end(statusCode >= 500 ? String(statusCode) : undefined);
  };
}
