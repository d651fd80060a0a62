import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { callerOf, may, signedIn } from '#src/plugins/policy.ts';
import type { Dashboard } from './dashboard.ts';
import * as schemas from './schemas.ts';
import type { Home } from './service.ts';

const tags = ['home'];

export function homeRoutes(home: Home, dashboard: Dashboard): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/home', {
      config: { policy: signedIn },
      schema: {
        summary: 'What the first page shows: clinic, menu, how much is unread, visits that go on and that come next',
        tags,
        response: { 200: schemas.home },
      },
      handler: (request) => home.of(callerOf(request)),
    });

    app.get('/dashboard', {
      config: { reads: 'replica', policy: may('statistics:own', { objects: 'visits that the caller leads', all: 'statistics:read-all' }) },
      schema: {
        summary: 'Figures of a period in one answer: people, visits, payments',
        tags,
        querystring: schemas.dashboardQuery,
        response: { 200: schemas.dashboard },
      },
      handler: (request) => dashboard.of(callerOf(request), request.query),
    });
  };
}
