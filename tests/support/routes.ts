/** The routes of an application as it has them, not as its document says. */
import type { FastifyInstance, RouteOptions } from 'fastify';

export interface TestedRoute {
  method: string;
  /** As Fastify has it: `/api/v1/users/:id`. */
  url: string;
  /** Below `/api/v1`, as the API document writes it: `/users/{id}`. */
  path: string;
  schema: RouteOptions['schema'];
  config: RouteOptions['config'];
  /** Pages, metrics and the document: no part of the API. */
  isPublicPage: boolean;
}

const known = new WeakMap<FastifyInstance, RouteOptions[]>();

/** To be called before the routes are added. */
export function watchRoutes(app: FastifyInstance): void {
  const routes: RouteOptions[] = [];
  known.set(app, routes);
  // Others complete the route after us: it is read when it is asked for.
  app.addHook('onRoute', (route) => void routes.push(route));
}

/** @throws for an application that was not watched */
export function routesOf(app: FastifyInstance): TestedRoute[] {
  const routes = known.get(app);
  if (!routes) throw new Error('this application was not watched');
  return routes.flatMap(({ method, url, schema, config }) => {
    const path = url.replace('/api/v1', '').replaceAll(/:(\w+)/g, '{$1}');
    const names = [method].flat().filter((name) => name !== 'HEAD' && name !== 'OPTIONS');
    return names.map((name) => ({ method: name, url, path, schema, config, isPublicPage: schema?.response === undefined }));
  });
}
