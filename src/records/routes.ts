import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { nothing } from '#src/plugins/fields.ts';
import { callerOf, may } from '#src/plugins/policy.ts';
import type { RecordAttachments } from './attachments.ts';
import type { NestedRecords } from './nested.ts';
import * as schemas from './schemas.ts';
import type { Records } from './service.ts';

const tags = ['medical records'];
const read = may('records:read', { objects: 'own records, and those of own patients', all: 'records:read-all' });
const write = may('records:write', { objects: 'records of own patients that the caller wrote' });
const params = schemas.recordParams;
const response = { 200: schemas.recordView };

export function recordRoutes(records: Records, { full }: NestedRecords): FastifyPluginAsyncZod {
  return async (app) => {
    app.post('/medical-records', {
      config: { policy: write, errors: ['not_your_patient', 'unknown_profile', 'unknown_visit'], idempotent: 'day' },
      schema: { summary: 'Write a record of an own patient', tags, body: schemas.newRecord, response: { 200: schemas.recordHead } },
      handler: (request) => records.create(callerOf(request), request.body),
    });

    app.get('/medical-records', {
      config: { policy: read, errors: ['not_found'] },
      schema: {
        summary: 'Own records, or those of an own patient, newest first, without content',
        tags,
        querystring: schemas.recordQuery,
        response: { 200: schemas.recordList },
      },
      handler: (request) => records.list(callerOf(request), request.query),
    });

    app.get('/medical-records/:id', {
      config: { policy: read, errors: ['not_found'] },
      schema: { summary: 'One record', tags, params, response },
      handler: (request) => records.get(callerOf(request), request.params.id),
    });

    app.get('/medical-records/:id/full', {
      config: { policy: read, errors: ['not_found'] },
      schema: {
        summary: 'One record with patient, visit, diagnoses, prescriptions and attachments',
        tags,
        params,
        response: { 200: schemas.fullRecord },
      },
      handler: (request) => full(callerOf(request), request.params.id),
    });

    app.put('/medical-records/:id', {
      config: { policy: write, errors: ['not_found', 'conflict'] },
      schema: { summary: 'Change an own record; what it said before is kept', tags, params, body: schemas.recordChange, response },
      handler: (request) => records.update(callerOf(request), request.params.id, request.body),
    });
  };
}

export function recordHistoryRoutes(records: Records): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/medical-records/:id/versions', {
      config: { policy: read, errors: ['not_found'] },
      schema: { summary: 'Who changed a record when and why', tags, params, response: { 200: schemas.versionList } },
      handler: (request) => records.versions(callerOf(request), request.params.id),
    });

    app.get('/medical-records/:id/versions/:version', {
      config: { policy: read, errors: ['not_found'] },
      schema: {
        summary: 'What a record said in one version',
        tags,
        params: schemas.versionParams,
        response: { 200: schemas.fullVersionView },
      },
      handler: (request) => records.version(callerOf(request), request.params.id, request.params.version),
    });
  };
}

export function recordAttachmentRoutes(attachments: RecordAttachments): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/medical-records/:id/attachments', {
      config: { policy: read, errors: ['not_found'] },
      schema: { summary: 'Documents and images of a record', tags, params, response: { 200: schemas.attachmentList } },
      handler: (request) => attachments.list(callerOf(request), request.params.id),
    });

    app.post('/medical-records/:id/attachments', {
      config: { policy: write, errors: ['not_found', 'unknown_file', 'already_exists', 'limit_reached'], idempotent: 'day' },
      schema: {
        summary: 'Attach an uploaded file to an own record',
        tags,
        params,
        body: schemas.newAttachment,
        response: { 200: schemas.attachmentView },
      },
      handler: (request) => attachments.add(callerOf(request), request.params.id, request.body),
    });

    app.delete('/medical-records/:id/attachments/:attachmentId', {
      config: { policy: write, errors: ['not_found'] },
      schema: { summary: 'Take an attachment off an own record', tags, params: schemas.attachmentParams, response: { 200: nothing } },
      handler: async (request) => {
        await attachments.remove(callerOf(request), request.params.id, request.params.attachmentId);
        return {};
      },
    });
  };
}
