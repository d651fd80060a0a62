import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { may, userOf } from '#src/plugins/policy.ts';
import { userList, userQuery } from './schemas.ts';
import type { Users } from './service.ts';

export function userRoutes(users: Users): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/users', {
      config: { policy: may('users:find') },
      schema: {
        summary: 'Find people by name, for choosing whom a visit is with',
        tags: ['users'],
        querystring: userQuery,
        response: { 200: userList },
      },
      handler: (request) => users.list(userOf(request).userId, request.query),
    });
  };
}
