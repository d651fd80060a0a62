import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { callerOf, may, userOf } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Balances } from './service.ts';

const tags = ['balance'];
const own = may('orders:own', { objects: 'the balance of the caller' });
const manage = may('balances:manage');
const params = schemas.userParams;

export function balanceRoutes(balances: Balances): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/balance', {
      config: { policy: own },
      schema: { summary: 'Own balance', tags, response: { 200: schemas.balanceView } },
      handler: (request) => balances.of(userOf(request).userId),
    });
    app.get('/balance/transactions', {
      config: { policy: own },
      schema: { summary: 'What moved the own balance', tags, querystring: schemas.query, response: { 200: schemas.entryList } },
      handler: (request) => balances.entries(userOf(request).userId, request.query),
    });

    app.get('/users/:id/balance', {
      config: { policy: manage },
      schema: { summary: 'Balance of a user', tags, params, response: { 200: schemas.balanceView } },
      handler: (request) => balances.of(request.params.id),
    });
    app.get('/users/:id/balance/transactions', {
      config: { policy: manage },
      schema: {
        summary: 'What moved the balance of a user',
        tags,
        params,
        querystring: schemas.query,
        response: { 200: schemas.entryList },
      },
      handler: (request) => balances.entries(request.params.id, request.query),
    });
    app.post('/users/:id/balance/top-ups', {
      config: { policy: manage, stepUp: true, errors: ['unknown_user', 'balance_limit'], idempotent: 'money' },
      schema: { summary: 'Top a balance up', tags, params, body: schemas.topUp, response: { 200: schemas.balanceView } },
      handler: (request) => balances.topUp(callerOf(request), request.params.id, request.body),
    });
    app.post('/users/:id/balance/adjustments', {
      config: { policy: manage, stepUp: true, errors: ['unknown_user', 'insufficient_balance', 'balance_limit'], idempotent: 'money' },
      schema: { summary: 'Correct a balance', tags, params, body: schemas.adjustment, response: { 200: schemas.balanceView } },
      handler: (request) => balances.adjust(callerOf(request), request.params.id, request.body),
    });
  };
}
