/** How often addresses, people and single routes may be asked (SEC-05). Without a promise and without reading the clock: this runs before every request. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
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
  const fromPartner = ({ routeOptions }: FastifyRequest) => routeOptions.config.senders === 'partners';
  scope.addHook('onRequest', (request, _reply, done) => {
    const over = fromPartner(request) ? notices > 0 && counts.add(`partners ${request.ip}`) > notices : counts.add(request.ip) > perAddress;
    done(over ? exceeded(counts) : undefined);
  });
  // Behind the guard, which knows who it is.
  scope.addHook('preParsing', (request, _reply, _payload, done) => {
    if (fromPartner(request)) return done(null);
    const who = callerKey(request);
    const over =
      (perUser > 0 && who !== null && counts.add(who) > perUser) || (perRoute > 0 && counts.add(routeKey(request, who)) > perRoute);
    done(over ? exceeded(counts) : null);
  });
  scope.addHook('onClose', async () => counts.close());
}

function callerKey({ principal }: FastifyRequest): string | null {
  if (!principal) return null;
  return principal.kind === 'user' ? principal.userId : principal.memberId;
}

const routeKey = ({ ip, method, routeOptions }: FastifyRequest, who: string | null): string =>
  `${who ?? ip} ${method} ${routeOptions.url ?? ''}`;
