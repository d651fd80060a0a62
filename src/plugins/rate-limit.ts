/** How often addresses, people and single routes may be asked (SEC-05). Without a promise and without reading the clock: this runs before every request. */
import type { FastifyInstance, FastifyRequest, onRequestHookHandler, RouteOptions } from 'fastify';
import type { Redis } from 'ioredis';
import type { Config } from '#config/index.ts';
import type { Logger } from '#rooms/ports.ts';
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

function callerKey({ principal }: FastifyRequest): string | null {
  if (!principal) return null;
  return principal.kind === 'user' ? principal.userId : principal.memberId;
}
