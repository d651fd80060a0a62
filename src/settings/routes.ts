import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { callerOf, may, publicAccess } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Settings } from './service.ts';

const tags = ['settings'];
const policy = may('settings:manage');
const params = schemas.settingParams;

export function settingRoutes(settings: Settings): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/clinic', {
      config: { policy: publicAccess, shared: 0 },
      schema: { summary: 'Name and time zone of the clinic', tags, response: { 200: schemas.clinicView } },
      handler: async () => ({ name: settings.get('clinic.name'), zone: settings.get('clinic.zone') }),
    });

    app.get('/settings', {
      config: { policy },
      schema: { summary: 'Every parameter with the value in force', tags, response: { 200: schemas.settingList } },
      handler: async () => ({ items: settings.list() }),
    });

    app.put('/settings/:key', {
      config: { policy, errors: ['conflict'] },
      schema: { summary: 'Change a parameter', tags, params, body: schemas.settingChange, response: { 200: schemas.settingView } },
      handler: (request) => settings.set(callerOf(request).userId, request.params.key, request.body.value, request.body.version),
    });

    app.get('/settings/:key/history', {
      config: { policy },
      schema: {
        summary: 'Changes of a parameter',
        tags,
        params,
        querystring: schemas.historyQuery,
        response: { 200: schemas.historyList },
      },
      handler: (request) => settings.history(request.params.key, request.query),
    });
  };
}
