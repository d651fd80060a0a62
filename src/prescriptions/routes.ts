import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { callerOf, may, publicAccess } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Prescriptions } from './service.ts';

const tags = ['prescriptions'];
const own = { objects: 'prescriptions of the caller as patient or doctor', all: 'prescriptions:review' } as const;
const read = may('prescriptions:read', own);
const write = may('prescriptions:write', { objects: 'own patients' });
const params = schemas.params;

/** @param verifyUrl page that shows a proof; the code is added to it */
export function prescriptionRoutes(prescriptions: Prescriptions, verifyUrl: () => string): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(readingRoutes(prescriptions, verifyUrl));

    app.post('/prescriptions/check', {
      config: { policy: write, errors: ['not_your_patient', 'unknown_medicine', 'not_found'] },
      schema: { summary: 'What speaks against a draft', tags, body: schemas.draft, response: { 200: schemas.verdict } },
      handler: (request) => prescriptions.check(callerOf(request), request.body),
    });

    app.post('/prescriptions', {
      config: {
        policy: write,
        errors: ['not_approved', 'not_your_patient', 'unknown_medicine', 'contraindicated', 'warnings_not_accepted', 'not_found'],
        idempotent: 'day',
      },
      schema: { summary: 'Issue a prescription', tags, body: schemas.newPrescription, response: { 200: schemas.prescriptionView } },
      handler: (request) => prescriptions.create(callerOf(request), request.body),
    });

    app.post('/prescriptions/:id/review', {
      config: { policy: may('prescriptions:review'), errors: ['not_found', 'conflict', 'own_prescription'] },
      schema: { summary: 'Approve or reject', tags, params, body: schemas.review, response: { 200: schemas.prescriptionView } },
      handler: (request) => prescriptions.review(callerOf(request), request.params.id, request.body),
    });

    app.post('/prescriptions/:id/cancel', {
      config: { policy: write, errors: ['not_found', 'conflict'] },
      schema: { summary: 'Take back', tags, params, body: schemas.cancellation, response: { 200: schemas.prescriptionView } },
      handler: (request) => prescriptions.cancel(callerOf(request), request.params.id, request.body),
    });
  };
}

function readingRoutes(prescriptions: Prescriptions, verifyUrl: () => string): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/prescriptions', {
      config: { policy: read },
      schema: { summary: 'Prescriptions, newest first', tags, querystring: schemas.query, response: { 200: schemas.list } },
      handler: (request) => prescriptions.list(callerOf(request), request.query),
    });

    app.get('/prescriptions/:id', {
      config: { policy: read, errors: ['not_found'] },
      schema: { summary: 'One prescription', tags, params, response: { 200: schemas.prescriptionView } },
      handler: (request) => prescriptions.get(callerOf(request), request.params.id),
    });

    app.get('/prescriptions/:id/pdf', {
      config: { policy: read, errors: ['not_found', 'not_approved_yet'] },
      schema: {
        summary: 'The paper',
        tags,
        params,
        produces: ['application/pdf'],
        response: { 200: { content: { 'application/pdf': { schema: z.any() } } } },
      },
      handler: async (request, reply) => {
        const { name, bytes } = await prescriptions.pdf(callerOf(request), request.params.id, verifyUrl());
        return reply.type('application/pdf').header('content-disposition', `attachment; filename="${name}"`).send(bytes);
      },
    });

    app.get('/prescription-proofs/:code', {
      config: { policy: publicAccess, errors: ['not_found'] },
      schema: {
        summary: 'What the QR code of a prescription proves',
        tags,
        params: schemas.verifyParams,
        response: { 200: schemas.proof },
      },
      handler: (request) => prescriptions.proof(request.params.code),
    });
  };
}
