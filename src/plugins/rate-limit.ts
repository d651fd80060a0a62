import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { ApiError } from '#src/errors.ts';

/** Lets each address send `perMinute` requests to the routes of this scope; 0 means no limit. */
export function limitRate(scope: FastifyInstance, perMinute: number): void {
  if (perMinute === 0) return;
  const limiter = new RateLimiterMemory({ points: perMinute, duration: 60 });
  scope.addHook('onRequest', async (request: FastifyRequest) => {
    await limiter.consume(request.ip).catch((reason: unknown) => {
      if (!(reason instanceof RateLimiterRes)) throw reason;
      throw new ApiError('rate_limited', { retryAfter: Math.ceil(reason.msBeforeNext / 1_000) });
    });
  });
}
