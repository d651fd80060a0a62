import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { callerOf, may } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Announcements } from './service.ts';

const tags = ['announcements'];
const policy = may('notifications:send');
const params = schemas.announcementParams;

export function announcementRoutes(announcements: Announcements): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/announcements', {
      config: { policy, idempotent: 'day' },
      schema: {
        summary: 'Tell many people something, behind the scenes',
        tags,
        body: schemas.newAnnouncement,
        response: { 200: schemas.announcementView },
      },
      handler: (request) => announcements.create(callerOf(request).userId, request.body),
    });

    app.get('/announcements', {
      config: { policy },
      schema: {
        summary: 'Announcements, newest first',
        tags,
        querystring: schemas.announcementQuery,
        response: { 200: schemas.announcementList },
      },
      handler: (request) => announcements.list(request.query),
    });

    app.get('/announcements/:id', {
      config: { policy, errors: ['not_found'] },
      schema: { summary: 'An announcement with what came of it', tags, params, response: { 200: schemas.announcementResult } },
      handler: (request) => announcements.get(request.params.id),
    });

    app.post('/announcements/:id/cancel', {
      config: { policy, errors: ['not_found', 'wrong_state'] },
      schema: { summary: 'Tell it to nobody else', tags, params, response: { 200: schemas.announcementView } },
      handler: (request) => announcements.cancel(request.params.id),
    });
  };
}
