import type { FastifyInstance } from 'fastify';
import { ApiError } from '#src/errors.ts';

const WINDOW_MS = 60_000;

/**
 * Lets each address send `perMinute` requests to the routes of this scope; 0 means no limit. Counted in fixed windows and
 * without a promise: this runs before every request.
 */
export function limitRate(scope: FastifyInstance, perMinute: number): void {
  if (perMinute === 0) return;
  let counts = new Map<string, number>();
  let end = 0;
  scope.addHook('onRequest', (request, _reply, done) => {
    const { ip } = request;
    const now = performance.now();
    if (now >= end) {
      counts = new Map();
      end = now + WINDOW_MS;
    }
    const count = (counts.get(ip) ?? 0) + 1;
    counts.set(ip, count);
    done(count > perMinute ? new ApiError('rate_limited', { retryAfter: Math.ceil((end - now) / 1_000) }) : undefined);
  });
}
