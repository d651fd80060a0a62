import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { callerOf, may, publicAccess, signedIn } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Scheduling } from './service.ts';
import * as slots from './slot-schemas.ts';

const tags = ['schedules'];
const params = schemas.practitionerParams;
export const keep = may('schedules:own', { objects: 'the own schedule', all: 'schedules:manage' });

/** What everybody sees: times that can be booked. */
export function slotRoutes({ slots: service, finding }: Pick<Scheduling, 'slots' | 'finding'>): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/practitioners/:id/slots', {
      config: { policy: publicAccess, errors: ['not_found', 'unknown_service'] },
      schema: { summary: 'Slots of a practitioner', tags, params, querystring: slots.slotQuery, response: { 200: slots.slotDays } },
      handler: (request) => service.ofPractitioner(request.params.id, request.query),
    });

    app.get('/practitioners/:id/slots/explain', {
      config: { policy: signedIn, errors: ['not_found', 'unknown_service'] },
      schema: {
        summary: 'Why a time can or cannot be booked',
        tags,
        params,
        querystring: slots.explainQuery,
        response: { 200: slots.explanation },
      },
      handler: (request) => service.explain(request.params.id, request.query, callerOf(request)),
    });

    app.get('/appointments/available-slots', {
      config: { policy: publicAccess, errors: ['unknown_service'] },
      schema: {
        summary: 'Times of a date at which a service can be booked, with one practitioner or anybody',
        tags,
        querystring: slots.availableQuery,
        response: { 200: slots.availableSlots },
      },
      handler: (request) => finding.available(request.query),
    });

    app.get('/schedules/free', {
      config: { policy: publicAccess, errors: ['unknown_service'] },
      schema: { summary: 'Practitioners who are free in a period', tags, querystring: slots.freeQuery, response: { 200: slots.freeList } },
      handler: (request) => finding.free(request.query),
    });

    app.get('/schedules/matches', {
      config: { policy: publicAccess, errors: ['unknown_service'] },
      schema: {
        summary: 'The best matches of practitioner and time for a patient’s wishes',
        tags,
        querystring: slots.matchQuery,
        response: { 200: slots.matchList },
      },
      handler: (request) => finding.matches(request.query),
    });
  };
}

/** The schedule as its practitioner and staff see it. */
export function scheduleRoutes({ hours }: Pick<Scheduling, 'hours'>): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/practitioners/:id/schedule', {
      config: { policy: keep, errors: ['not_found'] },
      schema: {
        summary: 'Slots of a period and figures: offered, booked, used',
        tags,
        params,
        querystring: slots.scheduleQuery,
        response: { 200: slots.schedule },
      },
      handler: (request) => hours.schedule(callerOf(request), request.params.id, request.query),
    });

    app.put('/practitioners/:id/slot-state', {
      config: { policy: keep, errors: ['not_found'] },
      schema: {
        summary: 'Close a slot, or open it again; a closed one’s appointment is moved or called off',
        tags,
        params,
        body: slots.slotState,
        response: { 200: slots.slotStateView },
      },
      handler: (request) => hours.setSlot(callerOf(request), request.params.id, request.body),
    });
  };
}
