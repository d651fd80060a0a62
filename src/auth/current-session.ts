/** What `GET /auth/session` answers: asked by every page that opens, and always the same for a token. */
import type { z } from 'zod';
import type { Access } from '#src/permissions/access.ts';
import { readyAnswer } from '#src/plugins/ready-answer.ts';
import { currentSession } from './schemas.ts';
import type { Principal } from './tokens.ts';

type CurrentSession = z.infer<typeof currentSession>;

/** Verified tokens and what their users may do are remembered as objects that are replaced, never changed: so is this. */
const made = new WeakMap<Principal, { access: Access | null; answer: CurrentSession }>();

export function currentSessionOf(principal: Principal, access: Access | null): CurrentSession {
  const known = made.get(principal);
  if (known?.access === access) return known.answer;
  const answer = readyAnswer(currentSession, describe(principal, access));
  made.set(principal, { access, answer });
  return answer;
}

function describe(principal: Principal, access: Access | null): CurrentSession {
  const expiresAt = new Date(principal.expiresAt).toISOString();
  if (principal.kind === 'user') {
    const { kind, userId, name, roles, sessionId } = principal;
    return { kind, user: { id: userId, name, roles: [...(access?.roles ?? roles)] }, sessionId, expiresAt };
  }
  const { kind, memberId, consultationId, name } = principal;
  return { kind, memberId, consultationId, name, expiresAt };
}
