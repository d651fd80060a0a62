/** Where providers report what became of text messages and mails. Signatures are over the raw bytes, and the answer is in the provider's own form. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { may, publicAccess } from '#src/plugins/policy.ts';
import type { PeriodLog } from './period-log.ts';
import type { Receipts } from './receipts.ts';
import * as schemas from './schemas.ts';

const tags = ['messages'];
const answer = { schema: z.string() };

export function receiptRoutes(receipts: Receipts): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/messages/receipts', {
      config: { policy: may('messages:manage') },
      schema: {
        summary: 'Addresses for reports on text messages and mails; secrets, to be entered at the providers',
        tags,
        response: { 200: schemas.receiptAddress },
      },
      handler: async () => ({ address: receipts.address('sms'), mail: receipts.address('email') }),
    });
    await app.register(reportRoute(receipts));
  };
}

function reportRoute(receipts: Receipts): FastifyPluginAsyncZod {
  return async (app) => {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser('*', { parseAs: 'buffer' }, async (_request: unknown, body: Buffer) => body);

    app.post('/messages/receipts/:provider/:key', {
      config: { policy: publicAccess, senders: 'partners', errors: ['not_found', 'forbidden'] },
      schema: {
        summary: 'Report of a provider; proven by the key in its address, and by its signature where it signs',
        tags,
        params: schemas.receiptParams,
        response: { 200: { content: { 'application/json': answer, 'text/xml': answer } } },
      },
      handler: async ({ body, headers, ip, id: requestId, params }, reply) => {
        const raw = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
        const told = await receipts.take(params.provider, params.key, { body: raw, headers, ip, requestId });
        return reply.type(told.contentType).send(told.body);
      },
    });
  };
}

/** What became of messages over time. */
export function messagePeriodRoutes(log: PeriodLog): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/messages/statistics/periods', {
      config: { reads: 'replica', policy: may('notifications:send') },
      schema: {
        summary: 'Messages by day or month: sent, delivered, read and failed on each channel',
        tags,
        querystring: schemas.messagePeriodQuery,
        response: { 200: schemas.messagePeriods },
      },
      handler: (request) => log.byPeriod(request.query),
    });
  };
}
