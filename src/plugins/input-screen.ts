/**
 * A screen against SQL injection (SEC-03), in front of parameterised statements, which are the protection: it makes attempts visible. Patterns
 * want the punctuation of an attack, so that ordinary text with "and", "or", "select" or an apostrophe passes.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from '#rooms/ports.ts';
import type { Audit } from '#src/audit/service.ts';
import { ApiError } from '#src/errors.ts';

const PATTERN = new RegExp(
  [
    // ' OR 1=1, " and "a"="a
    String.raw`['"]\s*\)*\s*(?:or|and|\|\||&&)\s+\(*\s*(?:not\s+)?(['"]?)[\w.]+\1\s*(?:=|<>|!=|<|>|\blike\b)\s*\(*\s*['"]?[\w.]`,
    String.raw`\bunion\s+(?:all\s+|distinct\s+)?select\b[\s\S]{0,200}?(?:\bfrom\b|,|\bnull\b|--|\d)`,
    String.raw`['"\d)]?\s*;\s*(?:drop|alter|truncate|create)\s+(?:table|database|schema|index|view|user|trigger|procedure)\b`,
    String.raw`;\s*(?:delete\s+from|insert\s+into|update\s+\w+\s+set|exec(?:ute)?\s+\w+)\b`,
    String.raw`['"]\s*\)*\s*(?:;|\|\||or\b|and\b|\+)\s*\(*\s*(?:select\s+)?(?:sleep|benchmark|pg_sleep|extractvalue|updatexml|load_file|waitfor)\b\s*\(?`,
    String.raw`\binto\s+(?:outfile|dumpfile)\s*['"]`,
    String.raw`\binformation_schema\s*\.\s*\w+`,
    String.raw`\bxp_cmdshell\b`,
    // admin'-- and admin'#
    String.raw`^[^'"\n]{0,64}['"]\s*\)*\s*;?\s*(?:--|#|/\*)\s*$`,
  ].join('|'),
  'i',
);

/** Anything may be a password or a signature, and none of them gets near a statement in clear. */
const UNSCREENED = new Set([
  'password',
  'oldPassword',
  'newPassword',
  'token',
  'refreshToken',
  'code',
  'signature',
  'ticket',
  'privateKey',
  'secret',
]);
/** Deeper than any body of ours. */
const MOST_DEPTH = 12;

/** Place of the first value that looks like an attack, or null. @param place of `value`, for the answer */
export function suspectIn(value: unknown, place: string, depth = 0): string | null {
  if (typeof value === 'string') return value.length > 2 && PATTERN.test(value) ? place : null;
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || depth > MOST_DEPTH) return null;
  // Most requests have an empty query and no parameters: nothing is made for these.
  for (const name in value) {
    if (UNSCREENED.has(name)) continue;
    const found = suspectIn((value as Record<string, unknown>)[name], `${place}.${name}`, depth + 1);
    if (found) return found;
  }
  return null;
}

/** Refuses requests of this scope that look like an attack, and writes them into the log of security events. */
export function screenInput(scope: FastifyInstance, audit: Pick<Audit, 'security'>, log: Pick<Logger, 'warn'>): void {
  scope.addHook('preHandler', (request, _reply, done) => {
    const field = suspectIn(request.query, 'query') ?? suspectIn(request.params, 'params') ?? suspectIn(request.body, 'body');
    if (!field) return done();
    void note(request, field).finally(() =>
      done(new ApiError('invalid_request', { details: [{ field, message: 'Invalid input detected' }] })),
    );
  });

  function note({ principal, ip, id: requestId, routeOptions, method }: FastifyRequest, field: string): Promise<void> {
    log.warn({ requestId, route: routeOptions.url, field }, 'input that looks like an attack');
    const who = principal?.kind === 'user' ? { userId: principal.userId } : {};
    return audit
      .security('suspicious_input', { ...who, ip, requestId, details: { method, route: routeOptions.url ?? '', field } })
      .catch((error: unknown) => log.warn({ err: error, requestId }, 'security event not written'));
  }
}
