import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { nothing } from '#src/plugins/fields.ts';
import { may, userOf } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Profiles } from './service.ts';

const tags = ['visit profiles'];
const policy = may('profiles:own', {
  objects: 'own visit profiles',
  masks: { fields: ['idNumber', 'phone'], unless: 'the owner asks with `full=true`' },
});
const params = schemas.profileParams;
const response = { 200: schemas.profileView };

export function visitProfileRoutes(profiles: Profiles): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/visit-profiles', {
      config: { policy },
      schema: {
        summary: 'Own visit profiles, the default one first',
        tags,
        querystring: schemas.profileQuery,
        response: { 200: schemas.profileList },
      },
      handler: (request) => profiles.list(userOf(request).userId, request.query),
    });

    app.post('/visit-profiles', {
      config: { policy, errors: ['id_number_taken', 'limit_reached'], idempotent: 'day' },
      schema: { summary: 'Add somebody to book visits for', tags, body: schemas.newProfile, response },
      handler: (request) => profiles.create(userOf(request).userId, request.body),
    });

    app.get('/visit-profiles/default', {
      config: { policy, errors: ['not_found'] },
      schema: { summary: 'The default visit profile', tags, response },
      handler: (request) => profiles.main(userOf(request).userId),
    });

    app.get('/visit-profiles/:id', {
      config: { policy, errors: ['not_found'] },
      schema: { summary: 'One visit profile', tags, params, querystring: schemas.ownProfileQuery, response },
      handler: (request) => profiles.get(userOf(request).userId, request.params.id, request.query.full === 'true'),
    });

    app.patch('/visit-profiles/:id', {
      config: { policy, errors: ['not_found', 'id_number_taken'] },
      schema: { summary: 'Change a visit profile', tags, params, body: schemas.profileChanges, response },
      handler: (request) => profiles.update(userOf(request).userId, request.params.id, request.body),
    });

    app.delete('/visit-profiles/:id', {
      config: { policy, errors: ['not_found'] },
      schema: { summary: 'Delete a visit profile; medical records keep naming it', tags, params, response: { 200: nothing } },
      handler: async (request) => {
        await profiles.remove(userOf(request).userId, request.params.id);
        return {};
      },
    });

    app.post('/visit-profiles/:id/default', {
      config: { policy, errors: ['not_found'] },
      schema: { summary: 'Make it the default one', tags, params, response },
      handler: (request) => profiles.makeDefault(userOf(request).userId, request.params.id),
    });
  };
}
