/**
 * How often addresses, people and single routes may be asked (SEC-05), and how often one caller may fail (SEC-06). Without a promise and
 * without reading the clock: this runs before every request.
 */
import type { FastifyInstance, FastifyRequest, onRequestHookHandler, onResponseHookHandler, RouteOptions } from 'fastify';
import type { Redis } from 'ioredis';
import jwt from 'jsonwebtoken';
import type { Config } from '#config/index.ts';
import type { Logger } from '#rooms/ports.ts';
import type { Audit } from '#src/audit/service.ts';
import { ApiError } from '#src/errors.ts';
import { createSharedCounts, type SharedCounts } from './shared-counts.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Counted apart: partners send many from one address, and must not stand behind anybody else there. */
    senders?: 'partners';
  }
}

const exceeded = (counts: SharedCounts): ApiError =>
  new ApiError('rate_limited', { retryAfter: Math.max(1, Math.ceil(counts.left() / 1_000)) });

/** Lets each address send `perMinute` requests to the routes of this scope; 0 means no limit. Counted by this process alone. */
export function limitRate(scope: FastifyInstance, perMinute: number): void {
  if (perMinute === 0) return;
  const counts = createSharedCounts(null, { debug: () => undefined });
  scope.addHook('onRequest', (request, _reply, done) => done(counts.add(request.ip) <= perMinute ? undefined : exceeded(counts)));
  scope.addHook('onClose', async () => counts.close());
}

export type RateLimits = Pick<
  Config,
  'RATE_HTTP_PER_MINUTE' | 'RATE_USER_PER_MINUTE' | 'RATE_ROUTE_PER_MINUTE' | 'RATE_NOTICES_PER_MINUTE'
>;

/** The limits of the API, shared by all nodes. No limit for addresses means no limit at all: for tests, and behind gateways that limit. */
export function limitRates(scope: FastifyInstance, limits: RateLimits, redis: Redis | null, log: Pick<Logger, 'debug'>): void {
  const {
    RATE_NOTICES_PER_MINUTE: notices,
    RATE_HTTP_PER_MINUTE: perAddress,
    RATE_USER_PER_MINUTE: perUser,
    RATE_ROUTE_PER_MINUTE: perRoute,
  } = limits;
  if (perAddress === 0) return;
  const counts = createSharedCounts(redis, log);
  // By hooks of each route: what a request says of its route is made anew whenever it is asked for.
  scope.addHook('onRoute', (route: RouteOptions) => {
    const fromPartners = route.config?.senders === 'partners';
    const overAddress: onRequestHookHandler = ({ ip }, _reply, done) => {
      const over = fromPartners ? notices > 0 && counts.add(`partners ${ip}`) > notices : counts.add(ip) > perAddress;
      done(over ? exceeded(counts) : undefined);
    };
    const name = `${String(route.method)} ${route.url}`;
    const overCaller: onRequestHookHandler = (request, _reply, done) => {
      const who = callerKey(request);
      const over =
        (perUser > 0 && who !== null && counts.add(who) > perUser) ||
        (perRoute > 0 && counts.add(`${who ?? request.ip} ${name}`) > perRoute);
      done(over ? exceeded(counts) : undefined);
    };
    // The caller behind the guard, which knows who it is.
    const callers = !fromPartners && (perUser > 0 || perRoute > 0) ? [overCaller] : [];
    route.onRequest = [overAddress, ...[route.onRequest ?? []].flat(), ...callers];
  });
  scope.addHook('onClose', async () => counts.close());
}

/** Answers to whoever asks for what is not theirs, or tries ids and keys. */
const FAILURES: ReadonlySet<number> = new Set([401, 403, 404]);

/**
 * After so many failing requests in a minute nothing more of this caller succeeds until it ends, and an event of security is written.
 * Counted for the person, or for the address of who is not signed in: people at the same address go on.
 */
export function limitFailures(
  scope: FastifyInstance,
  limits: Pick<Config, 'RATE_HTTP_PER_MINUTE' | 'RATE_FAILURES_PER_MINUTE'>,
  redis: Redis | null,
  { audit, log }: { audit: Pick<Audit, 'security'>; log: Pick<Logger, 'debug' | 'warn'> },
): void {
  const perMinute = limits.RATE_FAILURES_PER_MINUTE;
  if (limits.RATE_HTTP_PER_MINUTE === 0 || perMinute === 0) return;
  const counts = createSharedCounts(redis, log, 'failures');
  const who = (request: FastifyRequest) => callerKey(request) ?? request.ip;
  const refuse: onRequestHookHandler = (request, _reply, done) =>
    done(counts.seen(who(request)) < perMinute ? undefined : exceeded(counts));
  const count: onResponseHookHandler = (request, reply, done) => {
    if (FAILURES.has(reply.statusCode) && !ranOut(request) && counts.add(who(request)) === perMinute) note(request);
    done();
  };
  scope.addHook('onRoute', (route: RouteOptions) => {
    if (route.config?.senders === 'partners') return;
    // Behind the guard, which knows who it is, and refuses by itself whoever may not.
    route.onRequest = [...[route.onRequest ?? []].flat(), refuse];
    route.onResponse = [...[route.onResponse ?? []].flat(), count];
  });
  scope.addHook('onClose', async () => counts.close());

  function note({ principal, ip, id: requestId, routeOptions, method }: FastifyRequest): void {
    const person = principal?.kind === 'user' ? { userId: principal.userId } : {};
    log.warn({ requestId, route: routeOptions.url }, 'calls of one caller keep failing');
    audit
      .security('calls_keep_failing', { ...person, ip, requestId, details: { method, route: routeOptions.url ?? '', perMinute } })
      .catch((error: unknown) => log.warn({ err: error, requestId }, 'security event not written'));
  }
}

/**
 * A token that says of itself that its time is over: every page has one now and then, and many pages share an address. Not verified:
 * whoever makes one up is refused all the same.
 */
function ranOut({ principal, headers: { authorization } }: FastifyRequest): boolean {
  if (principal || !authorization) return false;
  const claims = jwt.decode(authorization.slice('Bearer '.length), { json: true });
  return claims?.exp !== undefined && claims.exp * 1_000 <= Date.now();
}

function callerKey({ principal }: FastifyRequest): string | null {
  if (!principal) return null;
  return principal.kind === 'user' ? principal.userId : principal.memberId;
}
