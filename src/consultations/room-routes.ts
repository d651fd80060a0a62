import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { may, userOf } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Consultations } from './service.ts';

const tags = ['consultations'];
const read = may('consultations:read', { objects: 'visits that the caller belongs to' });
const lead = may('consultations:lead', { objects: 'visits that the caller leads' });
/** What asking a room can answer, and closing it. */
const roomErrors = ['room_busy', 'room_moved', 'shutting_down', 'deadline'] as const;
const params = schemas.consultationParams;

/** Rooms that are open now. */
export function roomRoutes(consultations: Consultations): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/rooms', {
      config: { policy: read },
      schema: { summary: 'Rooms of own visits that are open now', tags, response: { 200: schemas.openRooms } },
      handler: (request) => consultations.openRooms(userOf(request).userId),
    });

    app.get('/consultations/:id/room', {
      config: { policy: lead, errors: ['not_found', ...roomErrors] },
      schema: { summary: 'Who is in the room now', tags, params, response: { 200: schemas.openRoom } },
      handler: (request) => consultations.room(userOf(request).userId, request.params.id),
    });

    app.post('/consultations/:id/room/close', {
      config: { policy: lead, errors: ['not_found', ...roomErrors] },
      schema: {
        summary: 'Show everybody out of the room; the visit goes on and can be entered again',
        tags,
        params,
        response: { 200: schemas.openRoom },
      },
      handler: (request) => consultations.closeRoom(userOf(request).userId, request.params.id, request.id),
    });
  };
}
