import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { ApiError } from '#src/errors.ts';
import { nothing } from '#src/plugins/fields.ts';
import { callerOf, may, signedIn } from '#src/plugins/policy.ts';
import type { LoginLog } from './login-log.ts';
import * as schemas from './schemas.ts';
import type { Auth } from './service.ts';

const tags = ['auth'];

/** Own devices. */
export function sessionRoutes({ sessions }: Pick<Auth, 'sessions'>): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/auth/sessions', {
      config: { policy: signedIn },
      schema: { summary: 'Own sessions that go on, newest first', tags, response: { 200: schemas.sessionList } },
      handler: async (request) => {
        const { userId, sessionId } = callerOf(request);
        const rows = await sessions.list(userId);
        const items = rows.map(({ id, clientType, method, deviceName, lastIp, createdAt, lastSeenAt, expiresAt }) => ({
          id,
          current: id === sessionId,
          clientType,
          method,
          device: deviceName,
          ip: lastIp,
          createdAt: createdAt.toISOString(),
          lastSeenAt: lastSeenAt?.toISOString() ?? null,
          expiresAt: expiresAt.toISOString(),
        }));
        return { items };
      },
    });

    app.delete('/auth/sessions', {
      config: { policy: signedIn },
      schema: { summary: 'End all own sessions but this one', tags, response: { 200: schemas.ended } },
      handler: async (request) => {
        const { userId, sessionId } = callerOf(request);
        return { ended: await sessions.endAll(userId, 'removed', sessionId) };
      },
    });

    app.delete('/auth/sessions/:id', {
      config: { policy: signedIn, errors: ['not_found'] },
      schema: { summary: 'End one of the own sessions', tags, params: schemas.sessionParams, response: { 200: nothing } },
      handler: async (request) => {
        if (!(await sessions.end(callerOf(request).userId, request.params.id, 'removed'))) throw new ApiError('not_found');
        return {};
      },
    });
  };
}

/** Who signed in when. */
export function loginLogRoutes(log: LoginLog): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/auth/logins', {
      config: { policy: signedIn },
      schema: {
        summary: 'Attempts to sign in to the own account, latest first',
        tags,
        querystring: schemas.ownLoginQuery,
        response: { 200: schemas.loginList },
      },
      handler: (request) => log.list({ ...request.query, userId: callerOf(request).userId }),
    });

    app.get('/logs/logins', {
      config: { policy: may('logs:read') },
      schema: {
        summary: 'All attempts to sign in, latest first',
        tags: ['logs'],
        querystring: schemas.loginQuery,
        response: { 200: schemas.loginList },
      },
      handler: (request) => log.list(request.query),
    });
  };
}
