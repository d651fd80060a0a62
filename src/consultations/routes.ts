import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { may, userOf } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Consultations } from './service.ts';

const tags = ['consultations'];
const read = may('consultations:read', { objects: 'visits that the caller belongs to' });
const lead = may('consultations:lead', { objects: 'visits that the caller leads' });
/** What beginning and ending a visit through its room can answer. */
const roomErrors = ['visit_ended', 'room_busy', 'room_moved', 'stale_epoch', 'storage_unavailable', 'shutting_down', 'deadline'] as const;
const params = schemas.consultationParams;

export function consultationRoutes(consultations: Consultations): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/consultations', {
      config: { policy: lead, errors: ['unknown_patient'] },
      schema: {
        summary: 'Book a visit with a patient; starting now makes it an instant visit',
        tags,
        body: schemas.newConsultation,
        response: { 200: schemas.consultationView },
      },
      handler: (request) => consultations.create(userOf(request), request.body),
    });

    app.get('/consultations', {
      config: { policy: read },
      schema: { summary: 'Own visits', tags, querystring: schemas.consultationQuery, response: { 200: schemas.consultationList } },
      handler: (request) => consultations.list(userOf(request).userId, request.query),
    });

    app.get('/consultations/:id', {
      config: { policy: read, errors: ['not_found'] },
      schema: { summary: 'One own visit', tags, params, response: { 200: schemas.consultationView } },
      handler: (request) => consultations.get(userOf(request).userId, request.params.id),
    });

    app.post('/consultations/:id/start', {
      config: { policy: lead, errors: ['not_found', ...roomErrors] },
      schema: {
        summary: 'Begin the visit; it begins by itself when both sides are in the room',
        tags,
        params,
        response: { 200: schemas.consultationView },
      },
      handler: (request) => consultations.start(userOf(request).userId, request.params.id, request.id),
    });

    app.post('/consultations/:id/end', {
      config: {
        policy: lead,
        errors: ['not_found', ...roomErrors],
      },
      schema: { summary: 'End the visit for all', tags, params, response: { 200: schemas.consultationView } },
      handler: (request) => consultations.end(userOf(request).userId, request.params.id, request.id),
    });

    app.post('/consultations/:id/cancel', {
      config: { policy: lead, errors: ['not_found', 'visit_started', 'booked_visit', ...roomErrors] },
      schema: { summary: 'Call the visit off before it begins', tags, params, response: { 200: schemas.consultationView } },
      handler: (request) => consultations.cancel(userOf(request).userId, request.params.id, request.id),
    });
  };
}
