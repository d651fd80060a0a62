/**
 * Who may call a route. Every route names its policy in `config.policy`; the application does not start when one has
 * none. Whose rows the caller sees is decided in the service, next to the query.
 */
import type { FastifyInstance, FastifyRequest, onRequestHookHandler, RouteOptions } from 'fastify';
import { RoomError } from '#rooms/errors.ts';
import type { Principal, UserPrincipal } from '#src/auth/tokens.ts';
import type { ErrorCode } from '#src/errors.ts';
import { ApiError } from '#src/errors.ts';
import type { UserRole } from '#src/users/model.ts';

export interface Policy {
  /** Shown in the API document. */
  readonly summary: string;
  /** What callers without the right are told; none for public routes. */
  readonly errors: readonly ErrorCode[];
  /** Absent: anybody. Else whether this caller may. */
  readonly allows?: (principal: Principal) => boolean;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    policy?: Policy;
    /** Errors of the catalogue that this route answers with, besides those of its policy and of validation. */
    errors?: readonly ErrorCode[];
  }
  interface FastifyRequest {
    principal: Principal | null;
  }
}

const refusals = ['unauthenticated', 'session_revoked', 'forbidden'] as const;

export const publicAccess: Policy = { summary: 'anybody', errors: [] };
export const identified: Policy = { summary: 'users and invited guests', errors: refusals, allows: () => true };
export const signedIn: Policy = { summary: 'signed-in users', errors: refusals, allows: (principal) => principal.kind === 'user' };
export const role = (name: UserRole): Policy => ({
  summary: `users with the role ${name}`,
  errors: refusals,
  allows: (principal) => principal.kind === 'user' && principal.roles.includes(name),
});

/** Enforces the policies of all routes added from now on, in every scope. */
export function enforcePolicies(app: FastifyInstance, verify: (token: string) => Principal): void {
  const routes: RouteOptions[] = [];
  app.decorateRequest('principal', null);
  app.addHook('onRoute', (route) => {
    routes.push(route);
    const { allows } = route.config?.policy ?? {};
    if (!allows) return;
    const guard: onRequestHookHandler = (request, _reply, done) => {
      try {
        const principal = verify(bearerToken(request));
        if (!allows(principal)) throw new ApiError('forbidden');
        request.principal = principal;
        done();
      } catch (error) {
        done(error as Error);
      }
    };
    route.onRequest = [guard, ...[route.onRequest ?? []].flat()];
  });
  app.addHook('onReady', async () => {
    const open = routes.filter((route) => !route.config?.policy).map((route) => `${String(route.method)} ${route.url}`);
    if (open.length > 0) throw new Error(`Routes without a policy: ${open.join(', ')}`);
  });
}

function bearerToken(request: FastifyRequest): string {
  const header = request.headers.authorization;
  if (header?.slice(0, 7).toLowerCase() !== 'bearer ') throw new RoomError('unauthenticated');
  return header.slice(7);
}

/** The caller of a route whose policy is not public. */
export function principalOf(request: FastifyRequest): Principal {
  if (!request.principal) throw new RoomError('unauthenticated');
  return request.principal;
}

/** The signed-in user of a route whose policy lets only users in. */
export function userOf(request: FastifyRequest): UserPrincipal {
  const principal = principalOf(request);
  if (principal.kind !== 'user') throw new ApiError('forbidden');
  return principal;
}
