/** `/health/live` says that the process answers; `/health/ready` that it can do its work. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { PROTOCOL_VERSION } from '#rooms/protocol-version.ts';
import { ApiError } from '#src/errors.ts';
import { publicAccess } from './policy.ts';

export interface Readiness {
  /** Rejects when the database does not answer. */
  database: () => Promise<void>;
  media: () => boolean;
  /**
   * Null or absent: there is none. One that is away is named and does not make the node unready: only rooms that are not open have to wait,
   * and a proxy that takes out every node would make an outage of that.
   */
  redis?: () => boolean | null;
  /** False before the start is complete and from the beginning of a shutdown. */
  accepting: () => boolean;
}

const live = z.object({ status: z.literal('up'), uptimeSeconds: z.number() });
const parts = z.object({ database: z.boolean(), media: z.boolean(), accepting: z.boolean(), redis: z.boolean().optional() });
const ready = z.object({
  status: z.enum(['up', 'degraded']).describe('`degraded`: works, but Redis is away, and rooms that are not open have to wait'),
  checks: parts.optional().describe('to callers on the same machine only'),
});
const about = z.object({
  name: z.string(),
  version: z.string(),
  revision: z.string().optional().describe('commit that it was built from, where that is known'),
  protocolVersion: z.string(),
  node: z.string(),
  uptimeSeconds: z.number(),
});

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
const uptimeSeconds = () => Math.round(process.uptime());

/** @param program its version, and the commit that it was built from */
export function healthRoutes(readiness: Readiness, program: { version: string; revision: string | undefined }): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/health/live', {
      config: { policy: publicAccess },
      schema: { summary: 'The process answers', tags: ['health'], response: { 200: live } },
      handler: async () => ({ status: 'up' as const, uptimeSeconds: uptimeSeconds() }),
    });

    app.get('/health/ready', {
      config: { policy: publicAccess, errors: ['not_ready'] },
      schema: { summary: 'Database and media answer, and the server takes requests', tags: ['health'], response: { 200: ready } },
      handler: async (request) => {
        const database = await readiness.database().then(
          () => true,
          () => false,
        );
        const checks = { database, media: readiness.media(), accepting: readiness.accepting() };
        const redis = readiness.redis?.() ?? null;
        const named = { ...checks, ...(redis !== null && { redis }) };
        if (Object.values(checks).includes(false)) throw new ApiError('not_ready', { details: [named] });
        // Behind a proxy on this machine `ip` is the client's, once that proxy is trusted.
        const local = LOOPBACK.has(request.ip) && request.headers['x-forwarded-for'] === undefined;
        return { status: redis === false ? ('degraded' as const) : ('up' as const), ...(local && { checks: named }) };
      },
    });

    app.get('/info', {
      config: { policy: publicAccess },
      schema: { summary: 'Which program this is', tags: ['health'], response: { 200: about } },
      handler: async () => ({
        name: 'wenzhen',
        version: program.version,
        ...(program.revision && { revision: program.revision }),
        protocolVersion: PROTOCOL_VERSION,
        node: process.versions.node,
        uptimeSeconds: uptimeSeconds(),
      }),
    });
  };
}
