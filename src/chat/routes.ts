import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { consultationParams } from '#src/consultations/schemas.ts';
import { may, userOf } from '#src/plugins/policy.ts';
import { messagePage, messageQuery, readMark, readState, unreadList } from './schemas.ts';
import type { Chat } from './service.ts';

const tags = ['chat'];
const policy = may('consultations:read', { objects: 'visits that the caller belongs to' });

export function chatRoutes(chat: Chat): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/consultations/:id/messages', {
      config: { policy, errors: ['not_found', 'removed'] },
      schema: {
        summary: 'Chat of the visit, oldest first',
        tags,
        params: consultationParams,
        querystring: messageQuery,
        response: { 200: messagePage },
      },
      handler: (request) => chat.history(userOf(request).userId, request.params.id, request.query),
    });

    app.put('/consultations/:id/messages/read', {
      config: { policy, errors: ['not_found', 'removed'] },
      schema: {
        summary: 'Note up to which message the chat was read',
        tags,
        params: consultationParams,
        body: readMark,
        response: { 200: readState },
      },
      handler: (request) => chat.markRead(userOf(request).userId, request.params.id, request.body.seq),
    });

    app.get('/messages/unread', {
      config: { policy },
      schema: { summary: 'Unread chat messages of all own visits', tags, response: { 200: unreadList } },
      handler: (request) => chat.unread(userOf(request).userId),
    });
  };
}
