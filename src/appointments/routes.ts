import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { callerOf, may } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Appointments } from './service.ts';

const tags = ['appointments'];
const params = schemas.params;
const masks = { fields: ['patient.name', 'contactPerson', 'contactPhone', 'notes'], unless: 'one of the two sides or users:unmask' };
const objects = 'appointments of the caller as patient or practitioner';
const read = may('appointments:read', { objects, all: 'appointments:manage', masks });
const serve = may('appointments:serve', { objects: 'appointments with the caller', all: 'appointments:manage', masks });
const placeErrors = ['slot_taken', 'slot_unavailable', 'patient_busy'] as const;

export function appointmentRoutes(appointments: Appointments): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/appointments', {
      config: {
        policy: may('appointments:book', { objects: 'visit profiles of the caller' }),
        errors: [...placeErrors, 'unknown_service', 'unknown_practitioner', 'not_found', 'too_many_holds', 'price_changed', 'wrong_state'],
        idempotent: 'money',
      },
      schema: {
        summary: 'Book: holds the place and makes its order',
        tags,
        body: schemas.newAppointment,
        response: { 200: schemas.booked },
      },
      preHandler: (request) => appointments.prepare(request.body),
      handler: (request) => appointments.book(callerOf(request), request.body),
    });
    app.get('/appointments', {
      config: { policy: read },
      schema: { summary: 'Appointments', tags, querystring: schemas.query, response: { 200: schemas.list } },
      handler: (request) => appointments.list(callerOf(request), request.query),
    });
    app.get('/appointments/:id', {
      config: { policy: read, errors: ['not_found'] },
      schema: { summary: 'One appointment with its steps', tags, params, response: { 200: schemas.appointmentView } },
      handler: (request) => appointments.get(callerOf(request), request.params.id),
    });
    app.patch('/appointments/:id', {
      config: { policy: read, errors: ['not_found', 'wrong_state', 'too_late', 'unknown_service', ...placeErrors] },
      schema: {
        summary: 'Move it, or change contact and notes',
        tags,
        params,
        body: schemas.change,
        response: { 200: schemas.appointmentView },
      },
      handler: (request) => appointments.change(callerOf(request), request.params.id, request.body),
    });
    app.post('/appointments/:id/cancel', {
      config: { policy: read, errors: ['not_found', 'wrong_state', 'too_late'] },
      schema: {
        summary: 'Call it off; what was paid is paid back',
        tags,
        params,
        body: schemas.cancellation,
        response: { 200: schemas.appointmentView },
      },
      handler: (request) => appointments.cancel(callerOf(request), request.params.id, request.body.reason),
    });
    await app.register(servingRoutes(appointments));
  };
}

function servingRoutes(appointments: Appointments): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/appointments/:id/start', {
      config: { policy: serve, errors: ['not_found', 'wrong_state'] },
      schema: { summary: 'The visit begins', tags, params, response: { 200: schemas.appointmentView } },
      handler: (request) => appointments.start(callerOf(request), request.params.id),
    });
    app.post('/appointments/:id/complete', {
      config: { policy: serve, errors: ['not_found', 'wrong_state'] },
      schema: { summary: 'The visit is over', tags, params, response: { 200: schemas.appointmentView } },
      handler: (request) => appointments.complete(callerOf(request), request.params.id),
    });
    app.post('/appointments/:id/absence', {
      config: { policy: serve, errors: ['not_found', 'wrong_state', 'too_early'] },
      schema: { summary: 'Somebody did not come', tags, params, body: schemas.absence, response: { 200: schemas.appointmentView } },
      handler: (request) => appointments.absent(callerOf(request), request.params.id, request.body.who),
    });
    app.get('/appointments/:id/calendar', {
      config: { policy: read, errors: ['not_found'] },
      schema: {
        summary: 'As a file for calendars (.ics)',
        tags,
        params,
        produces: ['text/calendar'],
        response: { 200: { description: 'iCalendar', content: { 'text/calendar': { schema: z.string() } } } },
      },
      handler: async (request, reply) => {
        const { name, text } = await appointments.calendar(callerOf(request), request.params.id);
        return reply.type('text/calendar; charset=utf-8').header('content-disposition', `attachment; filename="${name}"`).send(text);
      },
    });
  };
}
