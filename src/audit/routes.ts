import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { may } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Audit } from './service.ts';

const tags = ['logs'];
const policy = may('logs:read');

export function auditRoutes(audit: Audit): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/logs/medical', {
      config: { policy },
      schema: { summary: 'Accesses to medical data', tags, querystring: schemas.medicalQuery, response: { 200: schemas.medicalList } },
      handler: (request) => audit.medicalLog(request.query),
    });

    app.get('/logs/medical/:patientId/verdict', {
      config: { policy },
      schema: {
        summary: 'Whether the audit chain of a patient is whole',
        tags,
        params: schemas.patientParams,
        response: { 200: schemas.verdict },
      },
      handler: (request) => audit.verify(request.params.patientId),
    });

    app.get('/logs/operations', {
      config: { reads: 'replica', policy },
      schema: {
        summary: 'Requests that changed something',
        tags,
        querystring: schemas.operationQuery,
        response: { 200: schemas.operationList },
      },
      handler: (request) => audit.operationLog(request.query),
    });

    app.get('/logs/changes', {
      config: { reads: 'replica', policy },
      schema: { summary: 'Rows that were changed', tags, querystring: schemas.changeQuery, response: { 200: schemas.changeList } },
      handler: (request) => audit.changeLog(request.query),
    });

    app.get('/logs/security', {
      config: { reads: 'replica', policy },
      schema: { summary: 'Events of security', tags, querystring: schemas.securityQuery, response: { 200: schemas.securityList } },
      handler: (request) => audit.securityLog(request.query),
    });
  };
}
