import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { nothing } from '#src/plugins/fields.ts';
import { callerOf, identified, principalOf, publicAccess, signedIn } from '#src/plugins/policy.ts';
import { currentSessionOf } from './current-session.ts';
import { originOf } from './origin.ts';
import * as schemas from './schemas.ts';
import type { Auth } from './service.ts';
import type { SignIn } from './sign-in.ts';

const tags = ['auth'];
const response = { 200: schemas.login };
const refusals = ['account_disabled', 'account_locked', 'too_many_attempts'] as const;

/** Signing in, and staying so. */
export function authRoutes(signIn: SignIn): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/auth/register', {
      config: { policy: publicAccess, errors: ['account_taken', 'phone_taken', 'bad_code', 'too_many_attempts'] },
      schema: {
        summary: 'Make an account, with a name and a password or with a phone and a code, and sign in',
        tags,
        body: schemas.registration,
        response,
      },
      handler: (request) => signIn.register(request.body, originOf(request)),
    });

    app.post('/auth/login', {
      config: { policy: publicAccess, errors: ['bad_credentials', 'bad_code', ...refusals] },
      schema: {
        summary: 'Sign in with account and password, or with phone and code, which also makes an account for an unknown phone',
        tags,
        body: schemas.credentials,
        response,
      },
      handler: (request) => signIn.login(request.body, originOf(request)),
    });

    app.post('/auth/refresh', {
      config: { policy: publicAccess, errors: ['refresh_refused'] },
      schema: {
        summary:
          'Get new tokens. A refresh token is good once, for ten more seconds it gives the same successor; later it ends its session',
        tags,
        body: schemas.refreshing,
        response,
      },
      handler: (request) => signIn.refresh(request.body.refreshToken, originOf(request)),
    });
  };
}

/** The session of the token that is sent. */
export function currentSessionRoutes(auth: Pick<Auth, 'sessions'>): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/auth/logout', {
      config: { policy: signedIn },
      schema: { summary: 'End this session, here and on its open sockets', tags, response: { 200: nothing } },
      handler: async (request) => {
        const { userId, sessionId } = callerOf(request);
        await auth.sessions.end(userId, sessionId, 'logout');
        return {};
      },
    });

    app.get('/auth/session', {
      config: { policy: identified },
      schema: {
        summary: 'Who this token belongs to; an error when its session has ended',
        tags,
        response: { 200: schemas.currentSession },
      },
      handler: (request) => currentSessionOf(principalOf(request), request.access),
    });
  };
}
