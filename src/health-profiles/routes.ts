import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { callerOf, signedIn } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { HealthProfiles } from './service.ts';

const tags = ['health profiles'];
/** Any account (PAT-07); the service lets owners in, and practitioners to their patients. */
const policy = { ...signedIn, objects: 'the own profile, and those of own patients' };
const params = schemas.userParams;

export function healthProfileRoutes(profiles: HealthProfiles): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/users/:userId/health-profile', {
      config: { policy, errors: ['not_found'] },
      schema: { summary: 'Health profile of oneself or of an own patient', tags, params, response: { 200: schemas.healthProfileView } },
      handler: (request) => profiles.get(callerOf(request), request.params.userId),
    });

    app.put('/users/:userId/health-profile', {
      config: { policy },
      schema: {
        summary: 'Replace the own health profile',
        tags,
        params,
        body: schemas.healthProfileInput,
        response: { 200: schemas.healthProfileView },
      },
      handler: (request) => profiles.put(callerOf(request), request.params.userId, request.body),
    });

    app.get('/users/:userId/health-tags', {
      config: { policy, errors: ['not_found'] },
      schema: { summary: 'Health tags of oneself or of an own patient', tags, params, response: { 200: schemas.healthTagList } },
      handler: async (request) => ({ tags: await profiles.tags(callerOf(request), request.params.userId) }),
    });

    app.put('/users/:userId/health-tags', {
      config: { policy },
      schema: {
        summary: 'Replace the own health tags; equal ones become one',
        tags,
        params,
        body: schemas.healthTags,
        response: { 200: schemas.healthTagList },
      },
      handler: async (request) => ({ tags: await profiles.putTags(callerOf(request), request.params.userId, request.body.tags) }),
    });
  };
}
