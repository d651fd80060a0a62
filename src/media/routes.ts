import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { PROTOCOL_VERSION, type MediaSession } from '#rooms/protocol.ts';
import { identified, publicAccess } from '#src/plugins/policy.ts';
import { limitRate } from '#src/plugins/rate-limit.ts';
import { capabilities, downloadQuery, MAX_TEST_BYTES, received } from './schemas.ts';
import { countBytes, testBytes } from './service.ts';

const tags = ['media'];
const OCTETS = 'application/octet-stream';
const TESTS_PER_MINUTE = 60;

export function mediaRoutes(routerRtpCapabilities: MediaSession['routerRtpCapabilities']): FastifyPluginAsyncZod {
  const data = { protocolVersion: PROTOCOL_VERSION, routerRtpCapabilities };
  return async (app) => {
    app.get('/media/capabilities', {
      config: { policy: publicAccess, shared: 60 },
      schema: { summary: 'What the media server can receive and send; the same for every room', tags, response: { 200: capabilities } },
      handler: async () => data,
    });
  };
}

/** Moves bytes for a test of the network; each address may run 60 of them a minute. */
export const networkTestRoutes: FastifyPluginAsyncZod = async (app) => {
  limitRate(app, TESTS_PER_MINUTE);
  app.addContentTypeParser(OCTETS, async (_request: unknown, payload: AsyncIterable<Buffer>) => countBytes(payload, MAX_TEST_BYTES));

  app.get('/network-test/download', {
    config: { policy: identified },
    schema: {
      summary: 'Bytes that cannot be compressed, to measure the way down',
      tags,
      querystring: downloadQuery,
      response: {
        200: { description: 'the bytes', content: { [OCTETS]: { schema: z.unknown().meta({ type: 'string', format: 'binary' }) } } },
      },
    },
    compress: false,
    handler: async (request, reply) => {
      const { bytes } = request.query;
      return reply.header('cache-control', 'no-store').header('content-length', bytes).type(OCTETS).send(testBytes(bytes));
    },
  });

  app.post('/network-test/upload', {
    config: { policy: identified },
    schema: {
      summary: `Throws a body of up to ${MAX_TEST_BYTES} bytes away, to measure the way up`,
      tags,
      consumes: [OCTETS],
      body: z.int().describe('any bytes'),
      response: { 200: received },
    },
    bodyLimit: MAX_TEST_BYTES,
    handler: async (request, reply) => {
      reply.header('cache-control', 'no-store');
      return { bytes: request.body };
    },
  });
};
