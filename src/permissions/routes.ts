import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { nothing } from '#src/plugins/fields.ts';
import { callerOf, may } from '#src/plugins/policy.ts';
import { roleSet, roleSetting, userParams } from '#src/users/schemas.ts';
import type { Users } from '#src/users/service.ts';
import * as schemas from './schemas.ts';
import type { Roles } from './service.ts';

const tags = ['roles'];
const params = schemas.roleParams;
const response = { 200: schemas.roleView };
const manage = may('roles:manage');
const seeing = may('users:read-all');

export function roleRoutes(roles: Roles): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/permissions', {
      config: { policy: manage },
      schema: { summary: 'Everything that can be permitted', tags, response: { 200: schemas.permissionList } },
      handler: async () => roles.permissions(),
    });

    app.get('/roles', {
      config: { policy: seeing },
      schema: { summary: 'All roles', tags, response: { 200: schemas.roleList } },
      handler: async () => ({ items: await roles.list() }),
    });

    app.get('/roles/:key', {
      config: { policy: seeing, errors: ['not_found'] },
      schema: { summary: 'One role', tags, params, response },
      handler: (request) => roles.get(request.params.key),
    });

    app.post('/roles', {
      config: { policy: manage, errors: ['already_exists', 'unknown_role'], idempotent: 'day' },
      schema: { summary: 'Add a role', tags, body: schemas.newRole, response },
      handler: (request) => roles.create(request.body),
    });

    app.patch('/roles/:key', {
      config: { policy: manage, errors: ['not_found', 'builtin', 'unknown_role', 'circular'] },
      schema: { summary: 'Change names, permissions or place of a role', tags, params, body: schemas.roleChanges, response },
      handler: (request) => roles.change(request.params.key, request.body),
    });

    app.delete('/roles/:key', {
      config: { policy: manage, errors: ['not_found', 'builtin', 'in_use'] },
      schema: { summary: 'Delete a role that nobody holds', tags, params, response: { 200: nothing } },
      handler: async (request) => {
        await roles.remove(request.params.key);
        return {};
      },
    });
  };
}

/** Who holds which role. */
export function holderRoutes(roles: Roles, users: Users): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/roles/:key/users', {
      config: { policy: seeing, errors: ['not_found'] },
      schema: { summary: 'Who holds a role', tags, params, querystring: schemas.holderQuery, response: { 200: schemas.holderList } },
      handler: (request) => roles.holders(request.params.key, request.query),
    });

    const holding = [
      { method: 'PUT', summary: 'Give somebody a role', errors: ['not_found', 'unknown_role'] },
      { method: 'DELETE', summary: 'Take a role from somebody', errors: ['not_found', 'last_administrator'] },
    ] as const;
    for (const { method, summary, errors } of holding) {
      app.route({
        method,
        url: '/roles/:key/users/:userId',
        config: { policy: manage, errors },
        schema: { summary, tags, params: schemas.holderParams, response: { 200: roleSet } },
        handler: async (request) => {
          const { key, userId } = request.params;
          return { roles: await users.changeRole(callerOf(request), userId, key, method === 'PUT') };
        },
      });
    }

    app.get('/users/:id/roles', {
      config: { policy: seeing },
      schema: { summary: 'Roles of somebody', tags, params: userParams, response: { 200: roleSet } },
      handler: async ({ params: { id } }) => ({ roles: await users.rolesOf(id) }),
    });

    app.put('/users/:id/roles', {
      config: { policy: manage, errors: ['not_found', 'unknown_role', 'last_administrator'] },
      schema: {
        summary: 'Give somebody these roles and no others',
        tags,
        params: userParams,
        body: roleSetting,
        response: { 200: roleSet },
      },
      handler: async (request) => ({ roles: await users.setRoles(callerOf(request), request.params.id, request.body.roles) }),
    });
  };
}
