/** Where partners send their notices. Signatures are over the raw bytes, and the answer is the partner's own form, not ours. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { publicAccess } from '#src/plugins/policy.ts';
import type { Notices } from './notices.ts';
import * as schemas from './schemas.ts';

const answer = { schema: z.string() };

export function noticeRoutes(notices: Notices): FastifyPluginAsyncZod {
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => body);

    app.post('/payments/notify/:gateway', {
      config: { policy: publicAccess, senders: 'partners', errors: ['not_found'] },
      schema: {
        summary: 'Notice of a payment partner; proven by its signature',
        tags: ['payments'],
        params: schemas.noticeParams,
        response: { 200: { content: { 'application/json': answer, 'text/plain': answer, 'text/xml': answer } } },
      },
      handler: async ({ body, headers, ip, id: requestId, params }, reply) => {
        const raw = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
        const told = await notices.take(params.gateway, { body: raw, headers, ip, requestId });
        return reply
          .code(told.status as 200)
          .type(told.contentType)
          .send(told.body);
      },
    });
  };
}
