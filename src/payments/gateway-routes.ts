import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { callerOf, may } from '#src/plugins/policy.ts';
import { historyQuery } from '#src/settings/schemas.ts';
import type { Gateways } from './gateway-registry.ts';
import * as schemas from './schemas.ts';

const tags = ['payments'];
const policy = may('gateways:manage');

export function gatewayRoutes(gateways: Gateways): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/payment-gateways', {
      config: { policy },
      schema: { summary: 'Payment partners, without their keys', tags, response: { 200: schemas.gatewayList } },
      handler: () => gateways.list(),
    });
    app.put('/payment-gateways/:channel', {
      config: { policy, stepUp: true, errors: ['bad_gateway_keys', 'conflict'] },
      schema: {
        summary: 'Switch a payment partner on or off, or give it new keys',
        tags,
        params: schemas.channelParams,
        body: schemas.gatewayChange,
        response: { 200: schemas.gatewayView },
      },
      handler: (request) => gateways.save(callerOf(request).userId, request.params.channel, request.body),
    });
    app.get('/payment-gateways/:channel/history', {
      config: { policy },
      schema: {
        summary: 'Changes of a payment partner, without its keys',
        tags,
        params: schemas.channelParams,
        querystring: historyQuery,
        response: { 200: schemas.gatewayHistory },
      },
      handler: (request) => gateways.history(request.params.channel, request.query),
    });
  };
}
