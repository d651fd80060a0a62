import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { callerOf, may } from '#src/plugins/policy.ts';
import * as schemas from './statistics-schemas.ts';
import type { ConsultationStatistics } from './statistics.ts';

const tags = ['consultations'];
const policy = may('statistics:own', { objects: 'visits that the caller leads', all: 'statistics:read-all' });

export function consultationStatisticsRoutes(statistics: ConsultationStatistics): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/consultations/statistics', {
      config: { reads: 'replica', policy },
      schema: {
        summary: 'Visits by day or month: how many, how long, how many took place, how they were rated',
        tags,
        querystring: schemas.periodQuery,
        response: { 200: schemas.byPeriod },
      },
      handler: (request) => statistics.byPeriod(callerOf(request), request.query),
    });
    app.get('/consultations/statistics/practitioners', {
      config: { reads: 'replica', policy },
      schema: {
        summary: 'The same by practitioner',
        tags,
        querystring: schemas.practitionerQuery,
        response: { 200: schemas.byPractitioner },
      },
      handler: (request) => statistics.byPractitioner(callerOf(request), request.query),
    });
  };
}
