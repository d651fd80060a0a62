import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { may } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Medicines } from './service.ts';

const tags = ['medicines'];
const read = may('medicines:read');
const manage = may('medicines:manage');
const params = schemas.params;

export function medicineRoutes(medicines: Medicines): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(contraindicationRoutes(medicines));

    app.get('/medicines', {
      config: { policy: read },
      schema: {
        summary: 'Medicines that can be prescribed',
        tags,
        querystring: schemas.medicineQuery,
        response: { 200: schemas.medicineList },
      },
      handler: (request) => medicines.list(request.query),
    });

    app.get('/medicines/:id', {
      config: { policy: read, errors: ['not_found'] },
      schema: { summary: 'One medicine', tags, params, response: { 200: schemas.medicineView } },
      handler: (request) => medicines.get(request.params.id),
    });

    app.post('/medicines', {
      config: { policy: manage, errors: ['already_exists'], idempotent: 'day' },
      schema: { summary: 'Add a medicine', tags, body: schemas.newMedicine, response: { 200: schemas.medicineView } },
      handler: (request) => medicines.create(request.body),
    });

    app.patch('/medicines/:id', {
      config: { policy: manage, errors: ['not_found', 'already_exists'] },
      schema: {
        summary: 'Change, enable or disable a medicine',
        tags,
        params,
        body: schemas.medicineChange,
        response: { 200: schemas.medicineView },
      },
      handler: (request) => medicines.update(request.params.id, request.body),
    });
  };
}

function contraindicationRoutes(medicines: Medicines): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/contraindications', {
      config: { policy: read },
      schema: {
        summary: 'What medicines do not go together with',
        tags,
        querystring: schemas.contraindicationQuery,
        response: { 200: schemas.contraindicationList },
      },
      handler: (request) => medicines.listRules(request.query),
    });

    app.post('/contraindications', {
      config: { policy: manage, errors: ['already_exists'], idempotent: 'day' },
      schema: {
        summary: 'Add a contraindication',
        tags,
        body: schemas.newContraindication,
        response: { 200: schemas.contraindicationView },
      },
      handler: (request) => medicines.createRule(request.body),
    });

    app.patch('/contraindications/:id', {
      config: { policy: manage, errors: ['not_found'] },
      schema: {
        summary: 'Change, enable or disable a contraindication',
        tags,
        params,
        body: schemas.contraindicationChange,
        response: { 200: schemas.contraindicationView },
      },
      handler: (request) => medicines.updateRule(request.params.id, request.body),
    });
  };
}
