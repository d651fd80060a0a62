import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { nothing } from '#src/plugins/fields.ts';
import { callerOf, publicAccess, signedIn } from '#src/plugins/policy.ts';
import type { ExternalSignIn } from './external.ts';
import { originOf } from './origin.ts';
import * as schemas from './schemas.ts';

const tags = ['auth'];
const params = schemas.providerParams;
const unavailable = ['not_found', 'provider_unavailable'] as const;
const refused = [...unavailable, 'provider_refused'] as const;
const out = ['account_disabled', 'account_locked'] as const;

/** Signing in through other services. */
export function externalRoutes(external: ExternalSignIn): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/auth/providers', {
      config: { policy: publicAccess },
      schema: { summary: 'Other services to sign in with', tags, response: { 200: schemas.providerList } },
      handler: async () => external.providers(),
    });

    app.post('/auth/providers/:provider/start', {
      config: { policy: publicAccess, errors: unavailable },
      schema: { summary: 'Begin to sign in with another service', tags, params, response: { 200: schemas.departure } },
      handler: (request) => external.start(request.params.provider, null),
    });

    app.post('/auth/providers/:provider/finish', {
      config: { policy: publicAccess, errors: [...refused, 'login_outdated', ...out] },
      schema: {
        summary: 'Sign in with what the other service sent the person back with; the first time makes an account',
        tags,
        params,
        body: schemas.arrival,
        response: { 200: schemas.login },
      },
      handler: (request) => external.finish(request.params.provider, request.body, originOf(request)),
    });

    app.post('/auth/providers/:provider/mini-program', {
      config: { policy: publicAccess, errors: [...refused, ...out] },
      schema: {
        summary: 'Sign in with the code of a mini program; the first time makes an account',
        tags,
        params,
        body: schemas.miniProgram,
        response: { 200: schemas.login },
      },
      handler: (request) => {
        const { code, client } = request.body;
        return external.fromMiniProgram(request.params.provider, code, client, originOf(request));
      },
    });
  };
}

/** Other services that belong to the own account. */
export function identityRoutes(external: ExternalSignIn): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/auth/identities', {
      config: { policy: signedIn },
      schema: { summary: 'Other services that the own account can be signed in to with', tags, response: { 200: schemas.identityList } },
      handler: (request) => external.identities(callerOf(request).userId),
    });

    app.post('/auth/identities/:provider/start', {
      config: { policy: signedIn, stepUp: true, errors: unavailable },
      schema: { summary: 'Begin to add another service to the own account', tags, params, response: { 200: schemas.departure } },
      handler: (request) => external.start(request.params.provider, callerOf(request).userId),
    });

    app.post('/auth/identities/:provider/finish', {
      config: { policy: signedIn, errors: [...refused, 'login_outdated', 'identity_taken'] },
      schema: {
        summary: 'Add another service to the own account',
        tags,
        params,
        body: schemas.arrival,
        response: { 200: schemas.identityList },
      },
      handler: async (request) => {
        const { userId } = callerOf(request);
        await external.link(userId, request.params.provider, request.body);
        return external.identities(userId);
      },
    });

    app.delete('/auth/identities/:id', {
      config: { policy: signedIn, stepUp: true, errors: ['not_found', 'last_way_in'] },
      schema: { summary: 'Take another service from the own account', tags, params: schemas.identityParams, response: { 200: nothing } },
      handler: async (request) => {
        await external.unlink(callerOf(request).userId, request.params.id);
        return {};
      },
    });
  };
}
