/**
 * Who may call a route. Every route names its policy in `config.policy`; the application does not start when one has
 * none. A policy is a permission, whose rows it opens (decided in the service, next to the query), and which fields are masked.
 */
import type { FastifyInstance, FastifyRequest, onRequestHookHandler, RouteOptions } from 'fastify';
import { RoomError } from '#rooms/errors.ts';
import type { Principal, UserPrincipal } from '#src/auth/tokens.ts';
import type { ErrorCode } from '#src/errors.ts';
import { ApiError } from '#src/errors.ts';
import type { Access } from '#src/permissions/access.ts';
import { type Permission, permissions } from '#src/permissions/catalogue.ts';

export interface Policy {
  /** Shown in the API document. */
  readonly summary: string;
  /** What callers without the right are told; none for public routes. */
  readonly errors: readonly ErrorCode[];
  /** Whom the route lets in: anybody, whoever has a token, or signed-in users. */
  readonly callers: 'anybody' | 'identified' | 'users';
  /** What a user must hold. */
  readonly permission?: Permission;
  /** Whose rows the caller reaches, in words; absent: the route has no rows of somebody. */
  readonly objects?: string;
  /** Opens everybody's rows. */
  readonly all?: Permission;
  /** Fields of the answer that are masked, and who sees them in full. */
  readonly masks?: { readonly fields: readonly string[]; readonly unless: string };
}

declare module 'fastify' {
  interface FastifyContextConfig {
    policy?: Policy;
    /** Errors of the catalogue that this route answers with, besides those of its policy and of validation. */
    errors?: readonly ErrorCode[];
    /** A sensitive operation: only for a session whose person has proved within five minutes who they are (`/auth/step-up`). */
    stepUp?: true;
  }
  interface FastifyRequest {
    principal: Principal | null;
    /** What the user behind the token may do now; null for guests and on public routes. */
    access: Access | null;
  }
}

/** The user behind a request, as services see them. */
export interface Caller {
  readonly userId: string;
  readonly name: string;
  readonly sessionId: string;
  readonly roles: readonly string[];
  can(permission: Permission): boolean;
  /** For logs and outbox rows. */
  readonly requestId: string;
  /** Address that the request came from. */
  readonly ip: string;
}

const refusals = ['unauthenticated', 'session_revoked', 'forbidden'] as const;

export const publicAccess: Policy = { summary: 'anybody', errors: [], callers: 'anybody' };
export const identified: Policy = { summary: 'users and invited guests', errors: refusals, callers: 'identified' };
export const signedIn: Policy = { summary: 'signed-in users', errors: refusals, callers: 'users' };

/** Signed-in users that hold a permission. */
export function may(permission: Permission, reach: Pick<Policy, 'objects' | 'all' | 'masks'> = {}): Policy {
  const rows = reach.objects ? `; reaches ${reach.objects}` : '';
  const all = reach.all ? `, everybody's with \`${reach.all}\`` : '';
  const summary = `users who may: ${permissions[permission].description.toLowerCase()} (\`${permission}\`)${rows}${all}`;
  return { ...reach, permission, summary, errors: refusals, callers: 'users' };
}

export interface Gatekeeper {
  /** @throws {RoomError} `unauthenticated`, `session_revoked` */
  verify(token: string): Principal;
  accessOf(userId: string): Access | Promise<Access>;
  /** Told of each request of a session. */
  seen(sessionId: string, ip: string): void;
  freshlyVerified(sessionId: string): Promise<boolean>;
  /** Whom an API key stands for, and what may be done with it. @throws {RoomError} `unauthenticated` */
  openKey(key: string, ip: string): Promise<{ principal: UserPrincipal; access: Access }>;
}

const KEY_HEADER = 'x-api-key';

/** Keys are good for what a permission is named for, within their scopes: not for the own account, and not for sensitive operations. */
export const takesKeys = (policy: Policy | undefined, stepUp: true | undefined): boolean => policy?.permission !== undefined && !stepUp;

/** Enforces the policies of all routes added from now on, in every scope. */
export function enforcePolicies(app: FastifyInstance, gatekeeper: Gatekeeper): void {
  const routes: RouteOptions[] = [];
  app.decorateRequest('principal', null);
  app.decorateRequest('access', null);
  app.addHook('onRoute', (route) => {
    routes.push(route);
    const { policy } = route.config ?? {};
    if (!policy || policy.callers === 'anybody') return;
    const guards = route.config?.stepUp ? [guardOf(policy, gatekeeper), stepUpOf(gatekeeper)] : [guardOf(policy, gatekeeper)];
    route.onRequest = [...guards, ...[route.onRequest ?? []].flat()];
  });
  app.addHook('onReady', async () => {
    const open = routes.filter((route) => !route.config?.policy).map((route) => `${String(route.method)} ${route.url}`);
    if (open.length > 0) throw new Error(`Routes without a policy: ${open.join(', ')}`);
  });
}

/** Without a promise when the access is known: this runs before every request. */
function guardOf(policy: Policy, { verify, accessOf, seen, openKey }: Gatekeeper): onRequestHookHandler {
  return (request, _reply, done) => {
    const admit = (access: Access): void => {
      request.access = access;
      if (!access.active) done(new RoomError('session_revoked'));
      else if (!holds(access, policy)) done(new ApiError('forbidden'));
      else done();
    };
    const key = request.headers[KEY_HEADER];
    if (typeof key === 'string' && request.headers.authorization === undefined) {
      openKey(key, request.ip).then(({ principal, access }) => {
        request.principal = principal;
        if (takesKeys(policy, request.routeOptions.config.stepUp)) admit(access);
        else done(new ApiError('forbidden'));
      }, done);
      return;
    }
    try {
      const principal = verify(bearerToken(request));
      request.principal = principal;
      if (principal.kind === 'guest') return done(policy.callers === 'identified' ? undefined : new ApiError('forbidden'));
      seen(principal.sessionId, request.ip);
      const access = accessOf(principal.userId);
      if (access instanceof Promise) access.then(admit, done);
      else admit(access);
    } catch (error) {
      done(error as Error);
    }
  };
}

/** Behind the guard of a sensitive operation. */
function stepUpOf({ freshlyVerified }: Gatekeeper): onRequestHookHandler {
  return (request, _reply, done) => {
    const settle = (fresh: boolean): void => done(fresh ? undefined : new ApiError('step_up_required'));
    freshlyVerified(principalOf(request).sessionId).then(settle, done);
  };
}

/** Who may reach everybody's rows may do without reaching own ones. */
const holds = ({ can }: Access, { permission, all }: Policy): boolean => !permission || can(permission) || (all !== undefined && can(all));

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

/** The signed-in user with what they may do, for services. */
export function callerOf(request: FastifyRequest): Caller {
  const { userId, name, sessionId } = userOf(request);
  if (!request.access) throw new ApiError('forbidden');
  const { roles, can } = request.access;
  return { userId, name, sessionId, roles, can, requestId: request.id, ip: request.ip };
}
