import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { toYuan } from '#src/money.ts';
import { nothing } from '#src/plugins/fields.ts';
import { may, publicAccess, signedIn, userOf } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Offerings } from './service.ts';

const tags = ['services'];
const manage = may('prices:manage');
const params = schemas.params;

export function offeringRoutes(offerings: Offerings): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/services', {
      config: { policy: publicAccess, shared: 0 },
      schema: { summary: 'What can be booked', tags, querystring: schemas.serviceQuery, response: { 200: schemas.serviceList } },
      handler: (request) => offerings.list({ ...request.query, active: 'true' }),
    });

    app.get('/services/:id/quote', {
      config: { policy: signedIn, errors: ['unknown_service'] },
      schema: { summary: 'What it costs the caller', tags, params, querystring: schemas.quoteQuery, response: { 200: schemas.quote } },
      handler: async (request) => {
        const { practitionerId = null, at } = request.query;
        const asked = { serviceId: request.params.id, practitionerId, at: at ? new Date(at) : new Date() };
        return { serviceId: asked.serviceId, amount: toYuan(await offerings.quoteFor(userOf(request).userId, asked)) };
      },
    });

    await app.register(managementRoutes(offerings));
  };
}

function managementRoutes(offerings: Offerings): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/services/all', {
      config: { policy: manage },
      schema: {
        summary: 'Every service, also those not offered',
        tags,
        querystring: schemas.allServicesQuery,
        response: { 200: schemas.serviceList },
      },
      handler: (request) => offerings.list(request.query),
    });
    app.post('/services', {
      config: { policy: manage, idempotent: 'day' },
      schema: { summary: 'Add a service', tags, body: schemas.newService, response: { 200: schemas.serviceView } },
      handler: (request) => offerings.create(request.body),
    });
    app.patch('/services/:id', {
      config: { policy: manage, errors: ['not_found'] },
      schema: { summary: 'Change a service', tags, params, body: schemas.serviceChange, response: { 200: schemas.serviceView } },
      handler: (request) => offerings.update(request.params.id, request.body),
    });
    app.get('/services/:id/prices', {
      config: { policy: manage, errors: ['not_found'] },
      schema: { summary: 'Special prices of a service', tags, params, response: { 200: schemas.priceList } },
      handler: (request) => offerings.prices(request.params.id),
    });
    app.post('/services/:id/prices', {
      config: { policy: manage, errors: ['not_found', 'unknown_practitioner'], idempotent: 'day' },
      schema: { summary: 'Add a special price', tags, params, body: schemas.newPrice, response: { 200: schemas.priceView } },
      handler: (request) => offerings.addPrice(userOf(request).userId, request.params.id, request.body),
    });
    app.delete('/services/:id/prices/:priceId', {
      config: { policy: manage, errors: ['not_found'] },
      schema: { summary: 'Remove a special price', tags, params: schemas.priceParams, response: { 200: nothing } },
      handler: async (request) => {
        await offerings.removePrice(request.params.id, request.params.priceId);
        return {};
      },
    });
  };
}
