/** `/health/live` says that the process answers; `/health/ready` that it can do its work. */
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { ApiError } from '#src/errors.ts';
import { publicAccess } from './policy.ts';

export interface Readiness {
  /** Rejects when the database does not answer. */
  database: () => Promise<void>;
  media: () => boolean;
  /** False before the start is complete and from the beginning of a shutdown. */
  accepting: () => boolean;
}

const live = z.object({ status: z.literal('up'), uptimeSeconds: z.number() });
const ready = z.object({ status: z.literal('up') });

export function healthRoutes(readiness: Readiness): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/health/live', {
      config: { policy: publicAccess },
      schema: { summary: 'The process answers', tags: ['health'], response: { 200: live } },
      handler: async () => ({ status: 'up' as const, uptimeSeconds: Math.round(process.uptime()) }),
    });

    app.get('/health/ready', {
      config: { policy: publicAccess, errors: ['not_ready'] },
      schema: { summary: 'Database and media answer, and the server takes requests', tags: ['health'], response: { 200: ready } },
      handler: async () => {
        const database = await readiness.database().then(
          () => true,
          () => false,
        );
        const parts = { database, media: readiness.media(), accepting: readiness.accepting() };
        if (Object.values(parts).includes(false)) throw new ApiError('not_ready', { details: [parts] });
        return { status: 'up' as const };
      },
    });
  };
}
