import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Audit } from '#src/audit/service.ts';
import { nothing } from '#src/plugins/fields.ts';
import { callerOf, may, signedIn } from '#src/plugins/policy.ts';
import { csvOf } from './export.ts';
import * as schemas from './schemas.ts';
import type { Users } from './service.ts';

const tags = ['users'];
const params = schemas.userParams;
const CSV = 'text/csv; charset=utf-8';

const seeing = may('users:read-all');
const manage = may('users:manage');

export function exportRoutes(users: Users, audit: Pick<Audit, 'security'>): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/users/export', {
      config: { policy: may('users:export', { masks: { fields: ['phone', 'email'], unless: 'users:unmask' } }), stepUp: true },
      schema: {
        summary: 'People that the filters let through, as CSV, oldest first',
        tags,
        querystring: schemas.exportQuery,
        response: { 200: { description: 'the rows', content: { 'text/csv': { schema: z.unknown().meta({ type: 'string' }) } } } },
      },
      handler: async (request, reply) => {
        const caller = callerOf(request);
        // What was searched for may be somebody's name: only by what.
        await audit.security('users_exported', { ...caller, details: { filters: Object.keys(request.query) } });
        reply.type(CSV).header('content-disposition', 'attachment; filename="users.csv"');
        return reply.send(csvOf(users.walk(caller, request.query)));
      },
    });
  };
}

export function tagRoutes(users: Users): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/user-tags', {
      config: { policy: seeing },
      schema: { summary: 'Tags for people, with how many have them', tags, response: { 200: schemas.tagList } },
      handler: () => users.tags.list(),
    });

    app.post('/user-tags', {
      config: { policy: manage, errors: ['already_exists'], idempotent: 'day' },
      schema: { summary: 'Add a tag', tags, body: schemas.newTag, response: { 200: schemas.tag } },
      handler: (request) => users.tags.create(request.body),
    });

    app.patch('/user-tags/:id', {
      config: { policy: manage, errors: ['not_found', 'already_exists'] },
      schema: { summary: 'Change a tag', tags, params: schemas.tagParams, body: schemas.tagChanges, response: { 200: schemas.tag } },
      handler: (request) => users.tags.change(request.params.id, request.body),
    });

    app.delete('/user-tags/:id', {
      config: { policy: manage, errors: ['not_found'] },
      schema: { summary: 'Delete a tag and take it from everybody', tags, params: schemas.tagParams, response: { 200: nothing } },
      handler: async (request) => {
        await users.tags.remove(request.params.id);
        return {};
      },
    });

    app.put('/users/:id/tags', {
      config: { policy: manage, errors: ['not_found', 'unknown_tag'] },
      schema: {
        summary: 'Give somebody these tags and no others',
        tags,
        params,
        body: schemas.tagging,
        response: { 200: schemas.tagsOfUser },
      },
      handler: async (request) => ({ tags: await users.tags.assign(request.params.id, request.body.tagIds) }),
    });
  };
}

/** Who follows whom. */
export function followRoutes(users: Users): FastifyPluginAsyncZod {
  return async (app) => {
    app.put('/users/:id/follow', {
      config: { policy: signedIn, errors: ['not_found'] },
      schema: { summary: 'Follow somebody', tags, params, response: { 200: schemas.followState } },
      handler: (request) => users.follows.follow(callerOf(request).userId, request.params.id),
    });

    app.delete('/users/:id/follow', {
      config: { policy: signedIn },
      schema: { summary: 'Stop following somebody', tags, params, response: { 200: schemas.followState } },
      handler: (request) => users.follows.unfollow(callerOf(request).userId, request.params.id),
    });

    for (const side of ['following', 'followers'] as const) {
      app.get(`/users/me/${side}`, {
        config: { policy: signedIn },
        schema: {
          summary: side === 'following' ? 'Whom one follows, latest first' : 'Who follows one, latest first',
          tags,
          querystring: schemas.followQuery,
          response: { 200: schemas.followList },
        },
        handler: (request) => users.follows[side](callerOf(request).userId, request.query),
      });

      app.get(`/users/:id/${side}`, {
        config: { policy: seeing },
        schema: {
          summary: side === 'following' ? 'Whom somebody follows' : 'Who follows somebody',
          tags,
          params,
          querystring: schemas.followQuery,
          response: { 200: schemas.followList },
        },
        handler: (request) => users.follows[side](request.params.id, request.query),
      });
    }
  };
}
