import type { FastifyInstance } from 'fastify';
import { ApiError } from '#src/errors.ts';

const WINDOW_MS = 60_000;

/**
 * Lets each address send `perMinute` requests to the routes of this scope; 0 means no limit. Counted in windows that begin
 * with their first request, without a promise and without reading the clock: this runs before every request.
 */
export function limitRate(scope: FastifyInstance, perMinute: number): void {
  if (perMinute === 0) return;
  const counts = new Map<string, number>();
  let end = 0;
  let timer: NodeJS.Timeout | undefined;

  function beginWindow(): void {
    end = performance.now() + WINDOW_MS;
    timer = setTimeout(() => counts.clear(), WINDOW_MS).unref();
  }

  scope.addHook('onRequest', (request, _reply, done) => {
    if (counts.size === 0) beginWindow();
    const count = (counts.get(request.ip) ?? 0) + 1;
    counts.set(request.ip, count);
    if (count <= perMinute) return done();
    done(new ApiError('rate_limited', { retryAfter: Math.max(1, Math.ceil((end - performance.now()) / 1_000)) }));
  });
  scope.addHook('onClose', async () => clearTimeout(timer));
}
