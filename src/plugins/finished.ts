/** What is done after every answer, by one hook of each route: Fastify makes the description of a route anew whenever it is asked for. */
import type { FastifyInstance, FastifyReply, FastifyRequest, RouteOptions } from 'fastify';

export interface FinishedRoute {
  /** Pattern; undefined: nothing is at the address. */
  readonly url: string | undefined;
  /** It reads one thing: a GET with an id in its address. */
  readonly opensOne: boolean;
  /** It takes uploads. */
  readonly slowBody: boolean;
}

/** @param ms from the request's headers to the end of its answer */
export type FinishListener = (request: FastifyRequest, reply: FastifyReply, route: FinishedRoute, ms: number) => void;

/** To be called before the routes. */
export function afterAnswers(app: FastifyInstance, listeners: readonly FinishListener[]): void {
  const tell = (request: FastifyRequest, reply: FastifyReply, route: FinishedRoute): void => {
    const ms = reply.elapsedTime;
    for (const listener of listeners) listener(request, reply, route, ms);
  };
  app.addHook('onRoute', (options: RouteOptions) => {
    const opensOne = options.method === 'GET' && options.url.includes('/:');
    const route = { url: options.url, opensOne, slowBody: options.config?.slowBody === true };
    options.onResponse = [
      ...[options.onResponse ?? []].flat(),
      (request, reply, done) => {
        tell(request, reply, route);
        done();
      },
    ];
  });
  const nothing: FinishedRoute = { url: undefined, opensOne: false, slowBody: false };
  app.addHook('onResponse', (request, reply, done) => {
    if (request.is404) tell(request, reply, nothing);
    done();
  });
}
