import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { callerOf, may, signedIn } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Dispatches } from './service.ts';

const tags = ['dispatch'];
const params = schemas.params;
const response = { 200: schemas.dispatchView };
const manage = may('schedules:manage');
const assignErrors = ['unknown_user', 'staff_busy'] as const;
const stepErrors = ['not_found', 'wrong_state', 'conflict'] as const;

export function dispatchRoutes(dispatches: Dispatches): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/dispatches', {
      config: { policy: manage, errors: [...assignErrors, 'unknown_appointment'], idempotent: 'day' },
      schema: { summary: 'Send a member of staff somewhere', tags, body: schemas.newDispatch, response },
      handler: (request) => dispatches.create(callerOf(request), request.body),
    });

    app.get('/dispatches', {
      config: { policy: signedIn },
      schema: {
        summary: 'Tasks of the caller, everybody’s for those who manage schedules',
        tags,
        querystring: schemas.query,
        response: { 200: schemas.dispatchList },
      },
      handler: (request) => dispatches.list(callerOf(request), request.query),
    });

    app.get('/dispatches/:id', {
      config: { policy: signedIn, errors: ['not_found'] },
      schema: { summary: 'One task', tags, params, response },
      handler: (request) => dispatches.get(callerOf(request), request.params.id),
    });

    app.patch('/dispatches/:id', {
      config: { policy: manage, errors: [...stepErrors, ...assignErrors] },
      schema: { summary: 'Change a task that is planned', tags, params, body: schemas.dispatchChange, response },
      handler: (request) => dispatches.change(callerOf(request), request.params.id, request.body),
    });

    app.post('/dispatches/:id/finish', {
      config: { policy: signedIn, errors: stepErrors },
      schema: { summary: 'A task is done', tags, params, body: schemas.step, response },
      handler: (request) => dispatches.finish(callerOf(request), request.params.id, request.body.version),
    });

    app.post('/dispatches/:id/cancel', {
      config: { policy: manage, errors: stepErrors },
      schema: { summary: 'Take a task back', tags, params, body: schemas.step, response },
      handler: (request) => dispatches.cancel(callerOf(request), request.params.id, request.body.version),
    });
  };
}
