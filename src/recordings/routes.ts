import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { consultationParams } from '#src/consultations/schemas.ts';
import { callerOf, may } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Recordings } from './service.ts';

const tags = ['recordings'];
const read = may('consultations:read', {
  objects: 'recordings of own visits, of their practitioner and patient',
  all: 'recordings:manage',
});
const change = may('recordings:make', { objects: 'recordings of visits that the caller leads', all: 'recordings:manage' });
const params = schemas.recordingParams;

export function recordingRoutes(recordings: Recordings): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/consultations/:id/recordings', {
      config: { policy: read, errors: ['not_found'] },
      schema: {
        summary: 'Recordings of a visit, latest first',
        tags,
        params: consultationParams,
        querystring: schemas.recordingQuery,
        response: { 200: schemas.recordingList },
      },
      handler: (request) => recordings.list(callerOf(request), request.params.id, request.query),
    });

    app.get('/recordings/:id', {
      config: { policy: read, errors: ['not_found'] },
      schema: {
        summary: 'A recording: how far its film is, and what everybody said to it',
        tags,
        params,
        response: { 200: schemas.recordingDetail },
      },
      handler: (request) => recordings.get(callerOf(request), request.params.id),
    });

    app.post('/recordings/:id/link', {
      config: { policy: read, errors: ['not_found', 'wrong_state'] },
      schema: {
        summary: 'An address of the film, good for ten minutes; noted as an access to the patient’s data',
        tags,
        params,
        response: { 200: schemas.recordingLink },
      },
      handler: (request) => recordings.link(callerOf(request), request.params.id),
    });

    app.post('/recordings/:id/compose', {
      config: { policy: change, errors: ['not_found', 'wrong_state'] },
      schema: {
        summary: 'Try again to make a film that could not be made',
        tags,
        params,
        response: { 200: schemas.recordingDetail },
      },
      handler: (request) => recordings.retry(callerOf(request), request.params.id),
    });

    app.delete('/recordings/:id', {
      config: { policy: change, stepUp: true, errors: ['not_found', 'wrong_state', 'too_early'] },
      schema: {
        summary: 'Delete film and pieces of a recording that need not be kept any more; what was said to it stays',
        tags,
        params,
        response: { 200: schemas.recordingDetail },
      },
      handler: (request) => recordings.remove(callerOf(request), request.params.id),
    });
  };
}
