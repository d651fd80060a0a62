import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { callerOf, may, publicAccess } from '#src/plugins/policy.ts';
import * as schemas from './day-schemas.ts';
import type { Scheduling } from './service.ts';

const tags = ['holidays'];
const params = schemas.dayParams;
const response = { 200: schemas.dayList };
const manage = may('schedules:manage');

/** Holidays of the clinic, and days of rest that are worked. */
export function dayRoutes({ days }: Pick<Scheduling, 'days'>): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/holidays', {
      config: { policy: publicAccess },
      schema: { summary: 'Holidays and make-up days', tags, querystring: schemas.dayQuery, response },
      handler: (request) => days.days(request.query),
    });

    app.get('/holidays/coverage', {
      config: { policy: manage },
      schema: { summary: 'Whether the holidays of this year and the next are entered', tags, response: { 200: schemas.coverage } },
      handler: () => days.coverage(),
    });

    app.post('/holidays', {
      config: { policy: manage, errors: ['already_exists'], idempotent: 'day' },
      schema: { summary: 'Add a holiday; its appointments are moved or called off', tags, body: schemas.newHoliday, response },
      handler: (request) => days.addHoliday(callerOf(request), request.body),
    });

    app.post('/holidays/import', {
      config: { policy: manage, errors: ['unknown_year'] },
      schema: { summary: 'Take over the announced holidays of a year', tags, body: schemas.yearImport, response },
      handler: (request) => days.importYear(callerOf(request), request.body.year),
    });

    app.put('/holidays/:id', {
      config: { policy: manage, errors: ['not_found', 'already_exists'] },
      schema: { summary: 'Change a holiday', tags, params, body: schemas.newHoliday, response },
      handler: (request) => days.changeHoliday(callerOf(request), request.params.id, request.body),
    });

    app.delete('/holidays/:id', {
      config: { policy: manage, errors: ['not_found'] },
      schema: { summary: 'Delete a holiday', tags, params, response },
      handler: (request) => days.removeHoliday(callerOf(request), request.params.id),
    });

    app.post('/makeup-days', {
      config: { policy: manage, errors: ['already_exists'], idempotent: 'day' },
      schema: { summary: 'Have a day of rest worked by the hours of another weekday', tags, body: schemas.newMakeupDay, response },
      handler: (request) => days.addMakeupDay(callerOf(request), request.body),
    });

    app.delete('/makeup-days/:id', {
      config: { policy: manage, errors: ['not_found'] },
      schema: { summary: 'Let a day be a day of rest', tags, params, response },
      handler: (request) => days.removeMakeupDay(callerOf(request), request.params.id),
    });
  };
}
