import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { callerOf, may } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Refunds } from './service.ts';

const tags = ['refunds'];
const params = schemas.params;
const masks = { fields: ['user.name', 'reason', 'note'], unless: 'owner; `users:unmask` for names, `refunds:review` for words' };
const seen = may('orders:own', { objects: 'refunds of the caller', all: 'refunds:review', masks });
const decide = may('refunds:review', { masks });

export function refundRoutes(refunds: Refunds): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/orders/:id/refunds', {
      config: {
        policy: may('orders:own', { objects: 'orders of the caller' }),
        errors: ['not_found', 'wrong_state', 'refund_too_late', 'refund_too_large', 'already_exists'],
        idempotent: 'money',
      },
      schema: { summary: 'Ask for money back', tags, params, body: schemas.newRefund, response: { 200: schemas.requestedRefund } },
      handler: (request) => refunds.request(callerOf(request), request.params.id, request.body),
    });
    app.get('/refunds', {
      config: { policy: seen },
      schema: { summary: 'Refunds, newest first', tags, querystring: schemas.query, response: { 200: schemas.list } },
      handler: (request) => refunds.list(callerOf(request), request.query),
    });
    app.get('/refunds/:id', {
      config: { policy: seen, errors: ['not_found'] },
      schema: { summary: 'One refund', tags, params, response: { 200: schemas.refundView } },
      handler: (request) => refunds.get(callerOf(request), request.params.id),
    });

    app.post('/refunds/:id/review', {
      config: { policy: decide, stepUp: true, errors: ['not_found', 'wrong_state', 'refund_too_large'] },
      schema: {
        summary: 'Decide about a refund; approved it goes back the way that it was paid',
        tags,
        params,
        body: schemas.review,
        response: { 200: schemas.refundView },
      },
      handler: (request) => refunds.review(callerOf(request), request.params.id, request.body),
    });
    app.post('/refunds/:id/retry', {
      config: { policy: decide, stepUp: true, errors: ['not_found', 'wrong_state', 'refund_too_large'] },
      schema: { summary: 'Try a refund that failed once more', tags, params, response: { 200: schemas.refundView } },
      handler: (request) => refunds.retry(callerOf(request), request.params.id),
    });
    app.post('/refunds/:id/resolve', {
      config: { policy: decide, stepUp: true, errors: ['not_found', 'wrong_state'] },
      schema: {
        summary: 'Say how a refund ended that a person finished at the partner',
        tags,
        params,
        body: schemas.resolution,
        response: { 200: schemas.refundView },
      },
      handler: (request) => refunds.resolve(callerOf(request), request.params.id, request.body),
    });
  };
}
