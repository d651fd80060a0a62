import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { callerOf, may } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Orders } from './service.ts';

const tags = ['orders'];
const masks = { fields: ['contact.name', 'contact.phone'], unless: 'owner or users:unmask' };
const own = may('orders:own', { objects: 'orders of the caller', all: 'orders:read-all', masks });
const params = schemas.params;

export function orderRoutes(orders: Orders): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/orders', {
      config: { policy: own },
      schema: { summary: 'Orders', tags, querystring: schemas.query, response: { 200: schemas.list } },
      handler: (request) => orders.list(callerOf(request), request.query),
    });
    app.get('/orders/:id', {
      config: { policy: own, errors: ['not_found'] },
      schema: { summary: 'One order with its items and steps', tags, params, response: { 200: schemas.orderView } },
      handler: (request) => orders.get(callerOf(request), request.params.id),
    });
    app.post('/orders/:id/cancel', {
      config: { policy: may('orders:own', { objects: 'orders of the caller' }), errors: ['not_found', 'wrong_state', 'too_late'] },
      schema: { summary: 'Call an order off', tags, params, body: schemas.cancellation, response: { 200: schemas.orderView } },
      handler: (request) => orders.cancel(callerOf(request), request.params.id, request.body.reason),
    });
  };
}
