/** Routes whose answers may be a moment behind read from a replica of the database, where there is one (DAT-08). */
import type { FastifyInstance, RouteOptions } from 'fastify';
import { readReplica } from '#src/database/connections.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Figures, logs and exports. Reads of its transactions stay with the primary. */
    reads?: 'replica';
  }
}

/** To be called before the routes. */
export function readFromReplicas(scope: FastifyInstance): void {
  scope.addHook('onRoute', (route: RouteOptions) => {
    if (route.config?.reads !== 'replica') return;
    const handler = route.handler;
    route.handler = function (this: FastifyInstance, request, reply) {
      return readReplica(() => handler.call(this, request, reply));
    };
  });
}
