import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { callerOf, may } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { ApiKeys } from './service.ts';

const tags = ['api-keys'];
const policy = may('api-keys:manage');
const params = schemas.params;

export function apiKeyRoutes(keys: ApiKeys): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/api-keys', {
      config: { policy },
      schema: { summary: 'Keys of third parties', tags, querystring: schemas.apiKeyQuery, response: { 200: schemas.apiKeyList } },
      handler: (request) => keys.list(request.query),
    });

    app.post('/api-keys', {
      config: { policy, stepUp: true, errors: ['unknown_user'] },
      schema: {
        summary: 'Make a key; the answer is the only one that shows it',
        tags,
        body: schemas.newApiKey,
        response: { 200: schemas.createdApiKey },
      },
      handler: (request) => keys.create(callerOf(request), request.body),
    });

    app.delete('/api-keys/:id', {
      config: { policy, errors: ['not_found'] },
      schema: { summary: 'Revoke a key; acts on its next request', tags, params, response: { 200: schemas.apiKeyView } },
      handler: (request) => keys.revoke(callerOf(request), request.params.id),
    });
  };
}
