import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { nothing } from '#src/plugins/fields.ts';
import { callerOf, may, signedIn } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Users } from './service.ts';

const tags = ['users'];
const params = schemas.userParams;
const response = { 200: schemas.userDetail };
const taken = ['account_taken', 'phone_taken', 'staff_no_taken'] as const;
const masks = { fields: ['phone', 'email'], unless: 'users:unmask' };
const manage = may('users:manage', { masks });

/** The own profile, and finding people. */
export function profileRoutes(users: Users): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/users', {
      config: { policy: may('users:find', { objects: 'names of people', all: 'users:read-all', masks }), errors: ['not_approved'] },
      schema: {
        summary: 'List and search people; without `users:read-all` names only, by keyword and role',
        tags,
        querystring: schemas.userQuery,
        response: { 200: schemas.userList },
      },
      handler: (request) => users.list(callerOf(request), request.query),
    });

    app.get('/users/me', {
      config: { policy: signedIn },
      schema: { summary: 'The own profile', tags, response: { 200: schemas.profile } },
      handler: (request) => users.profile(callerOf(request).userId),
    });

    app.patch('/users/me', {
      config: { policy: signedIn, errors: ['unknown_file'] },
      schema: { summary: 'Change the own profile', tags, body: schemas.profileChanges, response: { 200: schemas.profile } },
      handler: async (request) => {
        const caller = callerOf(request);
        await users.changeProfile(caller, request.body);
        return users.profile(caller.userId);
      },
    });
  };
}

/** What administrators do with people. */
export function userRoutes(users: Users): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/users', {
      config: { policy: manage, errors: [...taken, 'unknown_role'], idempotent: 'day' },
      schema: { summary: 'Add somebody', tags, body: schemas.newUser, response },
      handler: (request) => users.add(callerOf(request), request.body),
    });

    app.get('/users/:id', {
      config: { policy: signedIn, errors: ['not_found'] },
      schema: { summary: 'One person with figures: oneself, or anybody with `users:read-all`', tags, params, response },
      handler: (request) => users.detail(callerOf(request), request.params.id),
    });

    app.patch('/users/:id', {
      config: { policy: signedIn, errors: ['not_found', ...taken, 'unknown_role', 'last_administrator'] },
      schema: {
        summary: 'Change somebody: oneself name, mail and language; with `users:manage` anybody; roles with `roles:manage`',
        tags,
        params,
        body: schemas.userChanges,
        response,
      },
      handler: (request) => users.change(callerOf(request), request.params.id, request.body),
    });

    app.delete('/users/:id', {
      config: { policy: manage, errors: ['not_found', 'in_use', 'last_administrator'] },
      schema: { summary: 'Delete somebody whom no records refer to', tags, params, response: { 200: nothing } },
      handler: async (request) => {
        await users.remove(callerOf(request), request.params.id);
        return {};
      },
    });

    app.post('/users/delete', {
      config: { policy: manage, stepUp: true },
      schema: { summary: 'Delete many people; tells of each', tags, body: schemas.removal, response: { 200: schemas.removed } },
      handler: async (request) => ({ results: await users.removeMany(callerOf(request), request.body.ids) }),
    });
  };
}

/** Whether and as what somebody may come in. */
export function userStateRoutes(users: Users): FastifyPluginAsyncZod {
  /** Answers with the person as they are after a change. */
  async function shown(request: FastifyRequest<{ Params: z.infer<typeof params> }>, change: Promise<void>) {
    await change;
    return users.detail(callerOf(request as FastifyRequest), request.params.id);
  }
  return async (app) => {
    app.put('/users/:id/status', {
      config: { policy: manage, errors: ['not_found', 'last_administrator'] },
      schema: { summary: 'Enable or disable somebody; ends their sessions', tags, params, body: schemas.stateChange, response },
      handler: (request) => shown(request, users.setStatus(callerOf(request), request.params.id, request.body.status)),
    });

    app.put('/users/:id/membership', {
      config: { policy: manage, errors: ['not_found'] },
      schema: { summary: 'Set the level of membership', tags, params, body: schemas.membershipChange, response },
      handler: (request) => users.change(callerOf(request), request.params.id, { membershipLevel: request.body.level }),
    });

    app.post('/users/:id/lock', {
      config: { policy: manage, errors: ['not_found'] },
      schema: { summary: 'Keep somebody out, for a time or for good; ends their sessions', tags, params, body: schemas.lock, response },
      handler: (request) => {
        const { until } = request.body;
        return shown(request, users.lock(callerOf(request), request.params.id, until === null ? null : new Date(until)));
      },
    });

    app.post('/users/:id/unlock', {
      config: { policy: manage, errors: ['not_found'] },
      schema: { summary: 'Open a locked account again, also after wrong passwords', tags, params, response },
      handler: (request) => shown(request, users.unlock(callerOf(request), request.params.id)),
    });

    app.put('/users/:id/password', {
      config: { policy: manage, stepUp: true, errors: ['not_found'] },
      schema: {
        summary: "Set somebody's password; ends their sessions",
        tags,
        params,
        body: schemas.passwordSetting,
        response: { 200: nothing },
      },
      handler: async (request) => {
        await users.setPassword(callerOf(request), request.params.id, request.body.password);
        return {};
      },
    });

    app.delete('/users/:id/sessions', {
      config: { policy: manage, errors: ['not_found'] },
      schema: { summary: "End all of somebody's sessions", tags, params, response: { 200: schemas.ended } },
      handler: async (request) => ({ ended: await users.endSessions(callerOf(request), request.params.id) }),
    });
  };
}

export function behaviorRoutes(users: Users): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/users/:id/behavior', {
      config: { policy: may('users:read-all'), errors: ['not_found'] },
      schema: {
        summary: 'What somebody did in a period, and in the one before',
        tags,
        params,
        querystring: schemas.periodQuery,
        response: { 200: schemas.behavior },
      },
      handler: (request) => users.figures.behavior(request.params.id, request.query),
    });
  };
}
