import type { FastifyRequest } from 'fastify';
import type { Origin } from './networks.ts';

/** Where a request comes from, as far as signing in is concerned. */
export function originOf({ ip, id: requestId, headers }: FastifyRequest): Origin {
  return { ip, requestId, userAgent: headers['user-agent']?.slice(0, 255) ?? null };
}
