import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { nothing } from '#src/plugins/fields.ts';
import { callerOf, may, userOf } from '#src/plugins/policy.ts';
import { prescriptionView } from '#src/prescriptions/schemas.ts';
import * as schemas from './schemas.ts';
import type { Templates } from './service.ts';

const tags = ['templates'];
const policy = may('templates:own', { objects: 'phrases and templates of the caller' });
const params = schemas.params;
const one = { policy, errors: ['not_found'] } as const;

export function templateRoutes(templates: Templates): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(phraseRoutes(templates));

    app.get('/templates', {
      config: { policy },
      schema: { summary: 'Own templates', tags, querystring: schemas.templateQuery, response: { 200: schemas.templateList } },
      handler: (request) => templates.templates(userOf(request).userId, request.query),
    });
    app.post('/templates', {
      config: { policy, errors: ['already_exists'], idempotent: 'day' },
      schema: { summary: 'Add a template', tags, body: schemas.newTemplate, response: { 200: schemas.templateView } },
      handler: (request) => templates.addTemplate(userOf(request).userId, request.body),
    });
    app.get('/templates/:id', {
      config: one,
      schema: { summary: 'One template', tags, params, response: { 200: schemas.templateView } },
      handler: (request) => templates.template(userOf(request).userId, request.params.id),
    });
    app.patch('/templates/:id', {
      config: { policy, errors: ['not_found', 'already_exists'] },
      schema: { summary: 'Change a template', tags, params, body: schemas.templateChange, response: { 200: schemas.templateView } },
      handler: (request) => templates.changeTemplate(userOf(request).userId, request.params.id, request.body),
    });
    app.delete('/templates/:id', {
      config: one,
      schema: { summary: 'Delete a template', tags, params, response: { 200: nothing } },
      handler: async (request) => {
        await templates.removeTemplate(userOf(request).userId, request.params.id);
        return {};
      },
    });
    app.post('/templates/:id/use', {
      config: one,
      schema: { summary: 'Take the content, and count it', tags, params, response: { 200: schemas.templateView } },
      handler: (request) => templates.useTemplate(userOf(request).userId, request.params.id),
    });
    app.post('/templates/:id/prescribe', {
      config: {
        policy: may('prescriptions:write', { objects: 'templates of the caller and own patients' }),
        errors: [
          ...(['not_found', 'wrong_state', 'not_approved', 'not_your_patient'] as const),
          ...(['unknown_medicine', 'contraindicated', 'warnings_not_accepted'] as const),
        ],
        idempotent: 'day',
      },
      schema: {
        summary: 'Issue a prescription from a template',
        tags,
        params,
        body: schemas.quickPrescription,
        response: { 200: prescriptionView },
      },
      handler: (request) => templates.prescribe(callerOf(request), request.params.id, request.body),
    });
  };
}

function phraseRoutes(templates: Templates): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/phrases', {
      config: { policy },
      schema: { summary: 'Own phrases', tags, querystring: schemas.phraseQuery, response: { 200: schemas.phraseList } },
      handler: (request) => templates.phrases(userOf(request).userId, request.query),
    });
    app.post('/phrases', {
      config: { policy, idempotent: 'day' },
      schema: { summary: 'Add a phrase', tags, body: schemas.newPhrase, response: { 200: schemas.phraseView } },
      handler: (request) => templates.addPhrase(userOf(request).userId, request.body),
    });
    app.patch('/phrases/:id', {
      config: one,
      schema: { summary: 'Change a phrase', tags, params, body: schemas.phraseChange, response: { 200: schemas.phraseView } },
      handler: (request) => templates.changePhrase(userOf(request).userId, request.params.id, request.body),
    });
    app.delete('/phrases/:id', {
      config: one,
      schema: { summary: 'Delete a phrase', tags, params, response: { 200: nothing } },
      handler: async (request) => {
        await templates.removePhrase(userOf(request).userId, request.params.id);
        return {};
      },
    });
    app.post('/phrases/:id/use', {
      config: one,
      schema: { summary: 'Take the text, and count it', tags, params, response: { 200: schemas.phraseView } },
      handler: (request) => templates.usePhrase(userOf(request).userId, request.params.id),
    });
  };
}
