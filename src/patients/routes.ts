import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { callerOf, may, signedIn } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Patients } from './service.ts';

const tags = ['patients'];
/** The service lets everybody see themselves, and practitioners their patients. */
const see = {
  ...signedIn,
  objects: 'oneself, and own patients',
  masks: { fields: ['idNumber', 'phone'], unless: 'the caller is the patient or holds `users:unmask`' },
};
const params = schemas.patientParams;

export function patientRoutes(patients: Patients): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/patients', {
      config: { policy: may('patients:read', { objects: 'own patients', all: 'patients:read-all' }) },
      schema: { summary: 'Own patients by name', tags, querystring: schemas.patientQuery, response: { 200: schemas.patientList } },
      handler: (request) => patients.list(callerOf(request), request.query),
    });

    app.get('/patients/:userId', {
      config: { policy: see, errors: ['not_found'] },
      schema: { summary: 'Who a patient is', tags, params, response: { 200: schemas.patientView } },
      handler: (request) => patients.get(callerOf(request), request.params.userId),
    });

    app.get('/patients/:userId/timeline', {
      config: { policy: see, errors: ['not_found'] },
      schema: {
        summary: 'What happened to a patient, newest first',
        tags,
        params,
        querystring: schemas.timelineQuery,
        response: { 200: schemas.timeline },
      },
      handler: (request) => patients.timeline(callerOf(request), request.params.userId, request.query),
    });
  };
}
