import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { nothing } from '#src/plugins/fields.ts';
import { callerOf, publicAccess, signedIn } from '#src/plugins/policy.ts';
import type { AccountSafety } from './account-safety.ts';
import { originOf } from './origin.ts';
import * as schemas from './schemas.ts';

const tags = ['auth'];
const response = { 200: schemas.login };
const refusals = ['account_disabled', 'account_locked', 'too_many_attempts'] as const;
const sending = ['code_too_soon', 'code_limit', 'sms_unavailable'] as const;

/** Codes and passwords. */
export function accountSafetyRoutes(safety: AccountSafety): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/auth/sms-code', {
      config: { policy: publicAccess, errors: sending },
      schema: { summary: 'Send a code to a phone', tags, body: schemas.codeRequest, response: { 200: schemas.codeSent } },
      handler: (request) => safety.sendCode(request.body, originOf(request)),
    });

    app.post('/auth/password/reset', {
      config: { policy: publicAccess, errors: ['bad_code', 'too_many_attempts'] },
      schema: {
        summary: 'Set another password with a code of scene `reset`; ends every session',
        tags,
        body: schemas.reset,
        response: { 200: nothing },
      },
      handler: async (request) => {
        await safety.resetPassword(request.body, originOf(request));
        return {};
      },
    });

    app.put('/auth/password', {
      config: { policy: signedIn, errors: ['bad_credentials', 'step_up_required', ...refusals] },
      schema: { summary: 'Set another password; ends every session and begins a new one', tags, body: schemas.passwordChange, response },
      handler: (request) => safety.changePassword(callerOf(request), request.body, originOf(request)),
    });
  };
}

/** Proving once more who one is, and what needs it. */
export function proofRoutes(safety: AccountSafety): FastifyPluginAsyncZod {
  return async (app) => {
    app.put('/auth/phone', {
      config: { policy: signedIn, stepUp: true, errors: ['bad_code', 'phone_taken', 'too_many_attempts'] },
      schema: {
        summary: 'Set the own phone number, with a code of scene `bind`',
        tags,
        body: schemas.phoneChange,
        response: { 200: schemas.phoneChanged },
      },
      handler: (request) => safety.changePhone(callerOf(request), request.body, originOf(request)),
    });

    app.post('/auth/step-up/code', {
      config: { policy: signedIn, errors: ['no_phone', ...sending] },
      schema: { summary: 'Send a code for `/auth/step-up` to the own phone', tags, response: { 200: schemas.codeSent } },
      handler: (request) => safety.sendProofCode(callerOf(request)),
    });

    app.post('/auth/step-up', {
      config: { policy: signedIn, errors: ['bad_credentials', 'bad_code', 'no_phone', 'too_many_attempts'] },
      schema: {
        summary: 'Prove once more who one is; sensitive operations are open to this session for five minutes',
        tags,
        body: schemas.proof,
        response: { 200: schemas.verified },
      },
      handler: (request) => safety.prove(callerOf(request), request.body, originOf(request)),
    });
  };
}
