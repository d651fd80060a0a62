/** The Fastify application: plugins, then modules. Does not listen. */
import path from 'node:path';
import Fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '#config/index.ts';
import type { Foundation } from './foundation.ts';
import { logCounts } from './log.ts';
import type { Modules } from './modules.ts';
import { canonicalUrl } from './plugins/aliases.ts';
import { logRequests } from './plugins/access-log.ts';
import { answerWithEnvelopes, handleFault } from './plugins/envelope.ts';
import { afterAnswers } from './plugins/finished.ts';
import { healthRoutes, type Readiness } from './plugins/health.ts';
import { BUCKETS, exposeMetrics, type MetricSources } from './plugins/metrics.ts';
import { countRevalidated, deliverLean } from './plugins/delivery.ts';
import { announceDeprecations, deprecationRoutes } from './plugins/deprecation.ts';
import { screenInput } from './plugins/input-screen.ts';
import { answerRepeats } from './plugins/idempotency.ts';
import { sendClientsOn } from './plugins/leaving.ts';
import { handleMissing } from './plugins/not-found.ts';
import { documentApi } from './plugins/openapi.ts';
import { logOperations } from './plugins/operations.ts';
import { enforcePolicies } from './plugins/policy.ts';
import { readFromReplicas } from './plugins/replica.ts';
import { limitFailures, limitRates } from './plugins/rate-limit.ts';
import { requestDurations } from './plugins/request-durations.ts';
import { nameRequests, requestId } from './plugins/request-id.ts';
import { allowOrigins, pageHeaders, protectData } from './plugins/security.ts';
import { cutSlowBodies } from './plugins/slow-bodies.ts';
import { traceRequests } from './plugins/tracing.ts';
import { countViews } from './plugins/views.ts';
import { sendPage, serveWeb } from './plugins/web.ts';
import { businessCounts } from './statistics/business-counts.ts';
import { version } from './version.ts';

const root = path.resolve(import.meta.dirname, '..');

/** Largest JSON body, in bytes. */
const BODY_LIMIT = 65_536;
/** For uploads; other requests have `BODY_TIMEOUT_MS` after their headers. */
const REQUEST_TIMEOUT_MS = 600_000;
const BODY_TIMEOUT_MS = 30_000;
const HTTP_OPTIONS = {
  // Headers come in one packet; who sends them byte by byte wants to hold connections.
  headersTimeout: 10_000,
  connectionsCheckingInterval: 5_000,
  // Requests without a body are no streams: `request.raw` of a GET emits nothing. Whether its sender is gone, `reply.raw` tells.
  optimizeEmptyRequests: true,
};

export interface AppParts {
  foundation: Pick<Foundation, 'config' | 'log' | 'auth' | 'access' | 'signals' | 'database' | 'redis' | 'audit' | 'vault' | 'tracing'>;
  modules: Pick<Modules, 'routes' | 'apiKeys' | 'views'>;
  readiness: Readiness;
  metrics: MetricSources;
  /** PEM; with it the server speaks HTTPS. */
  tls?: { key: string; cert: string } | undefined;
  /** Built web client. */
  webFolder?: string;
  /** Given the application before anything is added to it. */
  observe?: (app: FastifyInstance) => void;
}

/** Fastify itself believes nobody when it is given a number. */
function trusted(proxies: Config['TRUST_PROXY']): string[] | false | ((address: string, hop: number) => boolean) {
  return typeof proxies === 'number' ? (_address, hop) => hop < proxies : proxies;
}

/** Making a logger for each request costs more than its route; our own lines name the request themselves. */
function withoutChildren(log: Logger): FastifyBaseLogger {
  const same = Object.create(log) as FastifyBaseLogger;
  same.child = () => same;
  return same;
}

export async function buildApp(parts: AppParts): Promise<FastifyInstance> {
  const { foundation, modules, webFolder = path.join(root, 'web/dist') } = parts;
  const { config, log, auth, access, audit, tracing } = foundation;
  const app = Fastify({
    loggerInstance: withoutChildren(log),
    https: parts.tls ? { ...parts.tls, ...HTTP_OPTIONS } : null,
    ...(!parts.tls && { http: HTTP_OPTIONS }),
    trustProxy: trusted(config.TRUST_PROXY),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: requestId,
    rewriteUrl: ({ url = '/' }) => canonicalUrl(url),
    logController: new LogController({ disableRequestLogging: true }),
    exposeHeadRoutes: false,
    // Requests that arrive on open connections during a shutdown are answered as usual until the socket closes.
    return503OnClosing: false,
    frameworkErrors: handleFault,
  }) as FastifyInstance;

  parts.observe?.(app);
  app.setErrorHandler(handleFault);
  sendClientsOn(app, parts.readiness.accepting);
  // First of all hooks: the others are part of the request.
  const traced = tracing ? [traceRequests(app, tracing)] : [];
  const { seen, freshlyVerified } = auth.sessions;
  enforcePolicies(app, { verify: auth.verify, accessOf: access.of, seen, freshlyVerified, openKey: modules.apiKeys.open });
  nameRequests(app);
  cutSlowBodies(app, BODY_TIMEOUT_MS);
  const durations = requestDurations(BUCKETS);
  afterAnswers(app, [
    logRequests(log, config.LOG_SLOW_REQUEST_MS),
    durations.observe,
    countViews(modules.views),
    countRevalidated(foundation.signals),
    ...traced,
  ]);
  await allowOrigins(app, config);
  const headers = await pageHeaders(config);
  const served = config.ROLES.includes('api');
  if (served) await documentApi(app, version, headers);
  exposeMetrics(app, parts.metrics, durations, {
    security: audit.securityCounts,
    business: () => businessCounts(foundation.database),
    slowQueries: foundation.database.slowQueries,
    lines: () => logCounts(log),
  });
  handleMissing(app, served ? sendPage(webFolder, headers) : null);
  if (served) await serveWeb(app, webFolder, headers);

  await app.register(async (api) => {
    answerWithEnvelopes(api);
    protectData(api);
    await api.register(healthRoutes(parts.readiness, { version, revision: config.REVISION }));
    if (served) await api.register(v1(parts), { prefix: '/api/v1' });
  });
  return app;
}

/** Of a plugin without it Fastify looks for the file among all modules of the process. */
const NAMED = { [Symbol.for('fastify.display-name')]: 'routes' };

/** The API itself. */
function v1({ foundation, modules }: AppParts) {
  const { config, log, database, redis, audit, vault } = foundation;
  return async (app: FastifyInstance): Promise<void> => {
    readFromReplicas(app);
    deliverLean(app);
    announceDeprecations(app);
    limitRates(app, config, redis, log);
    limitFailures(app, config, redis, { audit, log });
    screenInput(app, audit, log);
    answerRepeats(app, database, vault);
    logOperations(app, database);
    for (const routes of modules.routes) await app.register(Object.assign(routes, NAMED));
    await app.register(deprecationRoutes(app));
  };
}
