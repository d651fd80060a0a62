import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { callerOf, may, signedIn } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Privacy } from './service.ts';

const tags = ['privacy'];
const params = schemas.params;
const own = { ...signedIn, objects: 'the caller’s own requests' };
const officer = may('data:erase', { masks: { fields: ['person.name'], unless: 'nobody' } });
const response = { 200: schemas.request };

/** What people ask for themselves. */
export function ownDataRoutes(privacy: Privacy): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/me/privacy', {
      config: { policy: own },
      schema: { summary: 'Own requests, and what the law would keep after an erasure', tags, response: { 200: schemas.overview } },
      handler: (request) => privacy.overview(callerOf(request)),
    });

    app.post('/me/privacy/copies', {
      config: { policy: own, stepUp: true, errors: ['request_open'], idempotent: 'day' },
      schema: { summary: 'Ask for a copy of all own data', tags, response: { 200: schemas.ownRequest } },
      handler: (request) => privacy.ask(callerOf(request), 'export'),
    });

    app.post('/me/privacy/copies/:id/link', {
      config: { policy: own, stepUp: true, errors: ['not_found', 'wrong_state'] },
      schema: { summary: 'Address of the copy, for ten minutes', tags, params, response: { 200: schemas.link } },
      handler: (request) => privacy.link(callerOf(request), request.params.id),
    });

    app.post('/me/privacy/erasures', {
      config: { policy: own, stepUp: true, errors: ['request_open', 'open_business'], idempotent: 'day' },
      schema: { summary: 'Ask to be erased; the account is closed', tags, response: { 200: schemas.ownRequest } },
      handler: (request) => privacy.ask(callerOf(request), 'erase'),
    });

    app.delete('/me/privacy/requests/:id', {
      config: { policy: own, errors: ['not_found', 'wrong_state'] },
      schema: { summary: 'Take a request back', tags, params, response: { 200: schemas.ownRequest } },
      handler: (request) => privacy.withdraw(callerOf(request), request.params.id),
    });
  };
}

/** What officers do for others. */
export function privacyRoutes(privacy: Privacy): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/privacy/requests', {
      config: { policy: officer },
      schema: { summary: 'Requests of everybody', tags, querystring: schemas.requestQuery, response: { 200: schemas.requestList } },
      handler: (request) => privacy.list(request.query),
    });

    app.post('/privacy/requests', {
      config: {
        policy: officer,
        stepUp: true,
        errors: ['unknown_user', 'request_open', 'open_business'],
        idempotent: 'day',
      },
      schema: { summary: 'Ask for somebody else', tags, body: schemas.newRequest, response },
      handler: (request) => privacy.askFor(callerOf(request), request.body),
    });

    app.post('/privacy/requests/:id/hasten', {
      config: { policy: officer, stepUp: true, errors: ['not_found', 'wrong_state', 'open_business'] },
      schema: { summary: 'Do it now', tags, params, response },
      handler: (request) => privacy.hasten(callerOf(request), request.params.id),
    });

    app.post('/privacy/requests/:id/refuse', {
      config: { policy: officer, errors: ['not_found', 'wrong_state'] },
      schema: { summary: 'Refuse it', tags, params, body: schemas.decision, response },
      handler: (request) => privacy.refuse(callerOf(request), request.params.id, request.body.reason),
    });

    app.post('/privacy/requests/:id/link', {
      config: { policy: officer, stepUp: true, errors: ['not_found', 'wrong_state'] },
      schema: { summary: 'Address of a copy, for ten minutes', tags, params, response: { 200: schemas.link } },
      handler: (request) => privacy.link(callerOf(request), request.params.id),
    });

    app.post('/privacy/requests/:id/identity', {
      config: { policy: officer, stepUp: true, errors: ['not_found', 'wrong_state'] },
      schema: { summary: 'Who an erased person was, while something is held', tags, params, response: { 200: schemas.identity } },
      handler: (request) => privacy.identity(callerOf(request), request.params.id),
    });

    await app.register(holdRoutes(privacy));
  };
}

function holdRoutes({ holds }: Privacy): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/privacy/holds', {
      config: { policy: officer },
      schema: { summary: 'People of whom nothing is erased', tags, querystring: schemas.holdQuery, response: { 200: schemas.holdList } },
      handler: (request) => holds.list(request.query),
    });

    app.post('/privacy/holds', {
      config: { policy: officer, errors: ['unknown_user'], idempotent: 'day' },
      schema: { summary: 'Keep everything of somebody', tags, body: schemas.newHold, response: { 200: schemas.hold } },
      handler: (request) => holds.place(callerOf(request), request.body),
    });

    app.delete('/privacy/holds/:id', {
      config: { policy: officer, errors: ['not_found', 'wrong_state'] },
      schema: { summary: 'Lift a hold', tags, params, response: { 200: schemas.hold } },
      handler: (request) => holds.lift(callerOf(request), request.params.id),
    });
  };
}
