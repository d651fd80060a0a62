/** Addresses without a handler: the wrong method, a page of the web client, or nothing at all. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ApiError } from '#src/errors.ts';
import { sendFault } from './envelope.ts';

/** @param page answers a browser that asks for a page; null: there are none */
export function handleMissing(app: FastifyInstance, page: ((reply: FastifyReply) => Promise<FastifyReply>) | null): void {
  const routes: { pattern: RegExp; method: string }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    if (url.includes('*')) return;
    const pattern = new RegExp(`^${url.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}$`);
    for (const name of [method].flat()) routes.push({ pattern, method: name });
  });

  app.setNotFoundHandler(async (request: FastifyRequest, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    const allowed = routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method);
    if (allowed.length > 0) {
      sendFault(request, reply.header('allow', allowed.join(', ')), new ApiError('method_not_allowed'));
      return reply;
    }
    const wantsPage = request.method === 'GET' && !path.startsWith('/api/') && (request.headers.accept ?? '').includes('text/html');
    if (wantsPage && page) return page(reply);
    sendFault(request, reply, new ApiError('route_not_found'));
    return reply;
  });
}
