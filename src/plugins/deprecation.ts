/**
 * Routes that will go away (API-08). Their answers say since when they are deprecated (RFC 9745), when they go (RFC 8594) and what takes their
 * place; the API document marks them, and `GET /deprecations` lists them.
 */
import type { FastifyInstance, RouteOptions } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { publicAccess } from './policy.ts';

export interface Deprecation {
  /** Date, `YYYY-MM-DD`. */
  readonly since: string;
  /** The first date without it; null: not planned yet. At least six months after `since`. */
  readonly sunset: string | null;
  /** Path that takes its place. */
  readonly instead: string | null;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    deprecated?: Deprecation;
  }
}

interface Entry extends Deprecation {
  method: string;
  path: string;
}

const lists = new WeakMap<FastifyInstance, Entry[]>();

/** To be called before the routes. */
export function announceDeprecations(scope: FastifyInstance): void {
  const entries: Entry[] = [];
  lists.set(scope, entries);
  scope.addHook('onRoute', (route: RouteOptions) => {
    const { deprecated } = route.config ?? {};
    if (!deprecated) return;
    for (const method of [route.method].flat()) entries.push({ method, path: route.url, ...deprecated });
    route.schema = { ...route.schema, deprecated: true };
    const headers = headersOf(deprecated);
    route.onRequest = [
      (_request, reply, done) => {
        reply.headers(headers);
        done();
      },
      ...[route.onRequest ?? []].flat(),
    ];
  });
}

function headersOf({ since, sunset, instead }: Deprecation): Record<string, string> {
  return {
    deprecation: `@${Date.parse(since) / 1_000}`,
    ...(sunset && { sunset: new Date(sunset).toUTCString() }),
    ...(instead && { link: `<${instead}>; rel="successor-version"` }),
  };
}

const list = z.object({
  items: z.array(
    z.object({ method: z.string(), path: z.string(), since: z.string(), sunset: z.string().nullable(), instead: z.string().nullable() }),
  ),
});

/** @param scope that was given to `announceDeprecations` */
export function deprecationRoutes(scope: FastifyInstance): FastifyPluginAsyncZod {
  return async (app) => {
    app.get('/deprecations', {
      config: { policy: publicAccess },
      schema: { summary: 'Routes that will go away, with what takes their place', tags: ['api'], response: { 200: list } },
      handler: async () => ({ items: lists.get(scope) ?? [] }),
    });
  };
}
