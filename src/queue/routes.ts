import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { callerOf, may } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Queue } from './service.ts';

const tags = ['queue'];
const wait = may('queues:own', { objects: 'appointments of the caller' });
const call = may('appointments:serve', { objects: 'the line of the caller' });
const params = schemas.params;

export function queueRoutes(queue: Queue): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/queue', {
      config: { policy: wait, errors: ['not_found', 'wrong_state', 'too_early'] },
      schema: { summary: 'Wait for the practitioner', tags, body: schemas.joining, response: { 200: schemas.place } },
      handler: (request) => queue.join(callerOf(request), request.body.appointmentId),
    });
    app.get('/queue/mine', {
      config: { policy: wait },
      schema: { summary: 'Where the caller waits', tags, response: { 200: schemas.places } },
      handler: (request) => queue.mine(callerOf(request)),
    });
    app.delete('/queue/:appointmentId', {
      config: { policy: wait, errors: ['not_found'] },
      schema: { summary: 'Wait no longer', tags, params, response: { 200: schemas.place } },
      handler: (request) => queue.leave(callerOf(request), request.params.appointmentId),
    });
    app.get('/queue/line', {
      config: { policy: call, errors: ['not_found'] },
      schema: { summary: 'Who waits for the caller', tags, response: { 200: schemas.line } },
      handler: (request) => queue.line(callerOf(request)),
    });
    app.post('/queue/next', {
      config: { policy: call, errors: ['not_found'] },
      schema: { summary: 'Call the first of the line into the room', tags, response: { 200: schemas.called } },
      handler: (request) => queue.next(callerOf(request)),
    });
    app.post('/queue/:appointmentId/call', {
      config: { policy: call, errors: ['not_found'] },
      schema: { summary: 'Call this one into the room', tags, params, response: { 200: schemas.called } },
      handler: (request) => queue.call(callerOf(request), request.params.appointmentId),
    });
    app.put('/queue/:appointmentId/priority', {
      config: { policy: call, errors: ['not_found'] },
      schema: { summary: 'Put somebody ahead or behind', tags, params, body: schemas.priority, response: { 200: schemas.line } },
      handler: (request) => queue.prioritise(callerOf(request), request.params.appointmentId, request.body.priority),
    });
  };
}
