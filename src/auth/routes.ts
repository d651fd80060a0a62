import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { nothing } from '#src/plugins/fields.ts';
import { identified, principalOf, publicAccess, signedIn, userOf } from '#src/plugins/policy.ts';
import { credentials, currentSession, login } from './schemas.ts';
import type { Auth } from './service.ts';

export function authRoutes(auth: Auth): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/auth/login', {
      config: { policy: publicAccess, errors: ['bad_credentials', 'too_many_attempts'] },
      schema: { summary: 'Sign in with account and password', tags: ['auth'], body: credentials, response: { 200: login } },
      handler: (request) => auth.login(request.body.account, request.body.password, request.ip),
    });

    app.post('/auth/logout', {
      config: { policy: signedIn },
      schema: { summary: 'End this session, here and on its open sockets', tags: ['auth'], response: { 200: nothing } },
      handler: async (request) => {
        await auth.logout(userOf(request));
        return {};
      },
    });

    app.get('/auth/session', {
      config: { policy: identified },
      schema: { summary: 'Who this token belongs to', tags: ['auth'], response: { 200: currentSession } },
      handler: async (request) => {
        const principal = principalOf(request);
        const expiresAt = new Date(principal.expiresAt).toISOString();
        if (principal.kind === 'user') {
          const { userId, name, roles } = principal;
          return { kind: principal.kind, user: { id: userId, name, roles }, expiresAt };
        }
        const { kind, memberId, consultationId, name } = principal;
        return { kind, memberId, consultationId, name, expiresAt };
      },
    });
  };
}
