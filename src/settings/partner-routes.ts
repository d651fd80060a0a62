import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { callerOf, may } from '#src/plugins/policy.ts';
import * as schemas from './partner-schemas.ts';
import type { PartnerAccounts } from './partners.ts';
import { historyQuery } from './schemas.ts';

const tags = ['settings'];
const policy = may('settings:manage');
const params = schemas.partnerParams;

export function partnerRoutes(partners: PartnerAccounts): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/partner-accounts', {
      config: { policy },
      schema: { summary: 'Accounts at other services, without their secrets', tags, response: { 200: schemas.partnerList } },
      handler: async () => ({ items: partners.list() }),
    });

    app.put('/partner-accounts/:name', {
      config: { policy, stepUp: true, errors: ['conflict'] },
      schema: {
        summary: 'Switch another service on or off, or give it another account; in force on all nodes within a second',
        tags,
        params,
        body: schemas.partnerChange,
        response: { 200: schemas.partnerView },
      },
      handler: (request) => partners.save(callerOf(request).userId, request.params.name, request.body),
    });

    app.get('/partner-accounts/:name/history', {
      config: { policy },
      schema: {
        summary: 'Changes of an account at another service, without its secrets',
        tags,
        params,
        querystring: historyQuery,
        response: { 200: schemas.partnerHistory },
      },
      handler: (request) => partners.history(request.params.name, request.query),
    });
  };
}
