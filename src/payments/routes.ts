import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { callerOf, may } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Payments } from './service.ts';

const tags = ['payments'];
const params = schemas.params;
const mine = { objects: 'orders of the caller' } as const;
const masks = { fields: ['user.name', 'action'], unless: 'owner; `users:unmask` for names' };
const own = may('orders:own', mine);
const seen = may('orders:own', { ...mine, all: 'orders:read-all', masks });
const all = may('orders:read-all', { masks });

export function paymentRoutes(payments: Payments): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/payment-methods', {
      config: { policy: own },
      schema: { summary: 'Ways to pay that are offered now', tags, response: { 200: schemas.methodList } },
      handler: async () => ({ items: await payments.gateways.offered() }),
    });

    app.post('/orders/:id/payments', {
      config: {
        policy: own,
        errors: ['not_found', 'wrong_state', 'channel_unavailable', 'payment_open', 'insufficient_balance', 'step_up_required'],
        idempotent: 'money',
        // Partners are asked once the attempt is stored for certain.
        afterwards: (begun, request) => payments.open(callerOf(request), schemas.begunPayment.parse(begun).id),
      },
      schema: {
        summary: 'Pay an order; with the balance only for who has proved of late who they are',
        tags,
        params,
        body: schemas.newPayment,
        response: { 200: schemas.openedPayment },
      },
      handler: async (request) => (await payments.begin(callerOf(request), request.params.id, request.body)) as never,
    });

    app.get('/orders/:id/payments', {
      config: { policy: seen, errors: ['not_found'] },
      schema: { summary: 'Every attempt to pay an order', tags, params, response: { 200: schemas.paymentsOfOrder } },
      handler: (request) => payments.ofOrder(callerOf(request), request.params.id),
    });

    await app.register(singleRoutes(payments));
    await app.register(staffRoutes(payments));
  };
}

function singleRoutes(payments: Payments): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/payments/:id', {
      config: { policy: seen, errors: ['not_found'] },
      schema: { summary: 'One attempt as we know it', tags, params, response: { 200: schemas.paymentView } },
      handler: (request) => payments.get(callerOf(request), request.params.id),
    });
    app.post('/payments/:id/check', {
      config: { policy: seen, errors: ['not_found'] },
      schema: { summary: 'Ask the partner whether it was paid', tags, params, response: { 200: schemas.paymentView } },
      handler: (request) => payments.check(callerOf(request), request.params.id),
    });
    app.post('/payments/:id/close', {
      config: { policy: own, errors: ['not_found'] },
      schema: { summary: 'Give an attempt up, to pay in another way', tags, params, response: { 200: schemas.paymentView } },
      handler: (request) => payments.close(callerOf(request), request.params.id),
    });
  };
}

function staffRoutes(payments: Payments): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/payments', {
      config: { policy: all },
      schema: { summary: 'Payments of everybody, newest first', tags, querystring: schemas.query, response: { 200: schemas.list } },
      handler: (request) => payments.list(callerOf(request), request.query),
    });
    app.get('/payments/statistics', {
      config: { reads: 'replica', policy: may('orders:read-all') },
      schema: {
        summary: 'Payments by period, method and state',
        tags,
        querystring: schemas.statisticsQuery,
        response: { 200: schemas.statistics },
      },
      handler: (request) => payments.statistics(request.query),
    });
  };
}
