import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { may } from '#src/plugins/policy.ts';
import * as schemas from './schemas.ts';
import type { Integrity } from './service.ts';

const tags = ['integrity'];
const policy = may('settings:manage');

export function integrityRoutes(integrity: Integrity): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/integrity', {
      config: { policy },
      schema: { summary: 'Whether what is kept twice agrees', tags, response: { 200: schemas.report } },
      handler: () => integrity.check(),
    });
    app.post('/integrity/repair', {
      config: { policy },
      schema: { summary: 'Work out anew what does not agree and can be', tags, response: { 200: schemas.repaired } },
      handler: () => integrity.repair(),
    });
  };
}
