import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { consultationParams } from '#src/consultations/schemas.ts';
import { may, userOf } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Members } from './service.ts';

const tags = ['members'];
const lead = may('consultations:lead', { objects: 'visits that the caller leads' });

export function memberRoutes(members: Members): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/consultations/:id/members', {
      config: { policy: lead, errors: ['not_found'] },
      schema: { summary: 'Who may come to the visit', tags, params: consultationParams, response: { 200: schemas.memberList } },
      handler: (request) => members.list(userOf(request).userId, request.params.id),
    });

    app.post('/consultations/:id/invitations', {
      config: { policy: lead, errors: ['not_found', 'visit_ended', 'limit_reached'] },
      schema: {
        summary: 'Invite somebody without an account',
        tags,
        params: consultationParams,
        body: schemas.newInvitation,
        response: { 200: schemas.invitation },
      },
      handler: (request) => members.invite(userOf(request).userId, request.params.id, request.body),
    });

    app.post('/consultations/:id/members/:memberId/restore', {
      config: { policy: lead, errors: ['not_found', 'visit_ended'] },
      schema: { summary: 'Give a removed person access again', tags, params: schemas.memberParams, response: { 200: schemas.restored } },
      handler: (request) => members.restore(userOf(request).userId, request.params.id, request.params.memberId),
    });
  };
}
