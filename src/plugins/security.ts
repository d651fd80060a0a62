/** Headers that protect pages and answers, and which other pages may call the API. */
import cors from '@fastify/cors';
import helmet from '@fastify/helmet';
import Fastify, { type FastifyInstance } from 'fastify';
import type { Config } from '#config/index.ts';
import { publicAccess } from './policy.ts';

const PERMISSIONS =
  'camera=(self), microphone=(self), display-capture=(self), autoplay=(self), fullscreen=(self), geolocation=(self), payment=(), usb=()';
/** The route that @fastify/cors adds. */
const PREFLIGHT = '*';

const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"],
    baseUri: ["'none'"],
    objectSrc: ["'none'"],
    frameAncestors: ["'none'"],
    formAction: ["'self'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:', 'blob:'],
    mediaSrc: ["'self'", 'blob:'],
    workerSrc: ["'self'", 'blob:'],
    // Older Safari does not count a socket to the same host as 'self'.
    connectSrc: ["'self'", 'ws:', 'wss:'],
  },
};

export type PageHeaders = Record<string, string>;

/**
 * The headers of every page, worked out once: helmet would do it anew for each request, API calls included, and take
 * longer than all the rest of them.
 */
export async function pageHeaders({ PUBLIC_URL }: Pick<Config, 'PUBLIC_URL'>): Promise<PageHeaders> {
  // Only behind a real certificate: a self-signed one must not pin the address of somebody's LAN.
  const strictTransportSecurity = PUBLIC_URL?.startsWith('https:') ?? false;
  const probe = Fastify();
  await probe.register(helmet, { strictTransportSecurity, originAgentCluster: false, contentSecurityPolicy });
  probe.get('/', (_request, reply) => reply.send(reply.getHeaders()));
  const headers = (await probe.inject('/')).json<PageHeaders>();
  await probe.close();
  return { ...headers, 'permissions-policy': PERMISSIONS };
}

/** Every answer of this scope is a page or belongs to one, and is open to anybody: for plugins that bring their own routes. */
export function publicPages(scope: FastifyInstance, headers: PageHeaders): void {
  scope.addHook('onRoute', (route) => {
    route.config = { ...route.config, policy: publicAccess };
  });
  scope.addHook('onRequest', (_request, reply, done) => {
    reply.headers(headers);
    done();
  });
}

/** Lets the pages of the configured origins call the API. */
export async function allowOrigins(app: FastifyInstance, { CORS_ORIGINS }: Pick<Config, 'CORS_ORIGINS'>): Promise<void> {
  if (CORS_ORIGINS.length === 0) return;
  app.addHook('onRoute', (route) => {
    if (route.url === PREFLIGHT) route.config = { ...route.config, policy: publicAccess };
  });
  await app.register(cors, {
    origin: CORS_ORIGINS,
    allowedHeaders: ['authorization', 'content-type', 'idempotency-key', 'if-none-match', 'range', 'x-request-id'],
    exposedHeaders: ['content-range', 'deprecation', 'etag', 'link', 'retry-after', 'sunset', 'x-request-id'],
    maxAge: 600,
  });
}

/** Answers of this scope are data: never shown as a page, never kept. Far fewer headers than a page needs. */
export function protectData(scope: FastifyInstance): void {
  scope.addHook('onRequest', (_request, reply, done) => {
    reply.header('x-content-type-options', 'nosniff');
    reply.header('cache-control', 'no-store');
    done();
  });
}
