import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { consultationParams } from '#src/consultations/schemas.ts';
import { may, userOf } from '#src/plugins/policy.ts';
import { messagePage, messageQuery } from './schemas.ts';
import type { Chat } from './service.ts';

export function chatRoutes(chat: Chat): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/consultations/:id/messages', {
      config: { policy: may('consultations:read', { objects: 'visits that the caller belongs to' }), errors: ['not_found', 'removed'] },
      schema: {
        summary: 'Chat of the visit, oldest first',
        tags: ['chat'],
        params: consultationParams,
        querystring: messageQuery,
        response: { 200: messagePage },
      },
      handler: (request) => chat.history(userOf(request).userId, request.params.id, request.query),
    });
  };
}
