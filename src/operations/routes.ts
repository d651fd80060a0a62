import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { nothing } from '#src/plugins/fields.ts';
import { may } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Operations } from './service.ts';

const policy = may('settings:manage');

export function operationRoutes(operations: Operations): FastifyPluginAsyncZod {
  return async (app) => {
    await app.register(jobRoutes(operations));

    app.get('/caches', {
      config: { policy },
      schema: {
        summary: 'What is cached, how, and how well that serves',
        tags: ['caches'],
        response: { 200: schemas.cacheList },
      },
      handler: () => operations.caches(),
    });
    app.post('/caches/:name/clear', {
      config: { policy, errors: ['not_found', 'wrong_state'] },
      schema: { summary: 'Drop a cache in every process', tags: ['caches'], params: schemas.cacheParams, response: { 200: nothing } },
      handler: async (request) => {
        await operations.clear(request.params.name);
        return {};
      },
    });

    app.get('/caches/:name/keys', {
      config: { policy, errors: ['not_found'] },
      schema: {
        summary: 'Keys that a cache has values for in the process that answers; a cache of one value has its name',
        tags: ['caches'],
        params: schemas.cacheParams,
        response: { 200: schemas.cacheKeys },
      },
      handler: (request) => operations.keys(request.params.name),
    });
    app.delete('/caches/:name/keys/:key', {
      config: { policy, errors: ['not_found', 'wrong_state'] },
      schema: {
        summary: 'Drop one value of a cache in every process',
        tags: ['caches'],
        params: schemas.cacheKeyParams,
        response: { 200: nothing },
      },
      handler: async (request) => {
        await operations.clear(request.params.name, request.params.key);
        return {};
      },
    });

    app.get('/logs/operations/statistics', {
      config: { reads: 'replica', policy: may('logs:read') },
      schema: {
        summary: 'Operations by day, person, route, method or status: how many, how many failed, how long they took',
        tags: ['logs'],
        querystring: schemas.operationFiguresQuery,
        response: { 200: schemas.operationFigures },
      },
      handler: (request) => operations.figures(request.query),
    });
  };
}

function jobRoutes(operations: Operations): FastifyPluginAsyncZod {
  const tags = ['jobs'];
  const params = schemas.jobParams;
  const response = { 200: schemas.jobView };
  const errors = ['not_found', 'wrong_state'] as const;
  return async (app) => {
    app.get('/jobs', {
      config: { policy },
      schema: { summary: 'Jobs, by default those that gave up', tags, querystring: schemas.jobQuery, response: { 200: schemas.jobList } },
      handler: (request) => operations.jobs(request.query),
    });
    app.get('/jobs/statistics', {
      config: { policy },
      schema: { summary: 'How many jobs there are of each topic and state', tags, response: { 200: schemas.jobFigures } },
      handler: () => operations.jobFigures(),
    });
    app.post('/jobs/:id/retry', {
      config: { policy, errors },
      schema: { summary: 'Have a job done that gave up', tags, params, response },
      handler: (request) => operations.retry(request.params.id),
    });
    app.post('/jobs/:id/dismiss', {
      config: { policy, errors },
      schema: { summary: 'Let a job be that gave up', tags, params, response },
      handler: (request) => operations.dismiss(request.params.id),
    });
  };
}
