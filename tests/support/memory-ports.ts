/** In-memory versions of what rooms need from the outside, with the same rules as the database's: for room tests. */
import { randomUUID } from 'node:crypto';
import { RoomError } from '#rooms/errors.ts';
import type { Access, Authenticator, ChatStore, ConsultationPolicy, Identity, Logger } from '#rooms/ports.ts';
import type { ChatMessage, Role } from '#rooms/protocol.ts';

export interface MemoryVisit {
  consultationId: string;
  title: string;
  scheduledStart: string;
  scheduledEnd: string;
  startedAt: number | null;
  endedAt: number | null;
  lobby: boolean;
  locked: boolean;
  epoch: number;
  members: Map<string, Access & { removed: boolean }>;
  messages: ChatMessage[];
}

/** The database of a test: visits with their members and messages, and the tokens that open the socket. */
export interface MemoryWorld {
  policy: ConsultationPolicy;
  chat: ChatStore;
  authenticator: Authenticator;
  visits: Map<string, MemoryVisit>;
  /** Every call of the policy that writes, as `name:argument`. */
  writes: string[];
  /** Creates a visit; its lobby is on unless said otherwise. */
  visit(options?: Partial<Pick<MemoryVisit, 'lobby' | 'locked' | 'scheduledStart' | 'title'>>): MemoryVisit;
  /** Adds a person to a visit. @returns a token; the member id is the user id */
  member(visit: MemoryVisit, role: Role, name?: string): { token: string; memberId: string; sessionId: string };
  /** Another token of the same person: of another login, or of this session. */
  token(memberId: string, options?: { ttlMs?: number; name?: string; sessionId?: string }): { token: string; sessionId: string };
  revoke(sessionId: string): void;
  /** Runs before each durable write and each chat append; may wait, may throw. */
  hooks: { beforeWrite?: (name: string) => Promise<void> | void; afterAppend?: () => Promise<void> | void };
}

export function createMemoryWorld(): MemoryWorld {
  const visits = new Map<string, MemoryVisit>();
  const identities = new Map<string, Identity>();
  const revoked = new Set<string>();
  const listeners = new Set<(sessionId: string) => void>();
  const writes: string[] = [];
  const hooks: MemoryWorld['hooks'] = {};

  const find = (consultationId: string): MemoryVisit => {
    const visit = visits.get(consultationId);
    if (!visit) throw new RoomError('not_found');
    if (visit.endedAt !== null) throw new RoomError('visit_ended');
    return visit;
  };
  const write = async (consultationId: string, epoch: number, what: string): Promise<MemoryVisit> => {
    await hooks.beforeWrite?.(what);
    const visit = find(consultationId);
    if (epoch < visit.epoch) throw new RoomError('stale_epoch');
    writes.push(what);
    return visit;
  };

  const policy: ConsultationPolicy = {
    async authorize(consultationId, identity) {
      const visit = find(consultationId);
      const member = visit.members.get(identity.kind === 'user' ? identity.userId : identity.memberId);
      if (!member) throw new RoomError('forbidden');
      if (member.removed) throw new RoomError('removed');
      return { memberId: member.memberId, name: member.name, role: member.role };
    },
    async open(consultationId) {
      const visit = find(consultationId);
      visit.epoch++;
      const { title, scheduledStart, scheduledEnd, startedAt, lobby, locked, epoch } = visit;
      const latestChatSeq = visit.messages.at(-1)?.seq ?? 0;
      return { consultationId, title, scheduledStart, scheduledEnd, startedAt, lobby, locked, epoch, latestChatSeq };
    },
    async started(consultationId, epoch, at) {
      (await write(consultationId, epoch, 'started')).startedAt = at;
    },
    async locked(consultationId, epoch, locked) {
      (await write(consultationId, epoch, `locked:${locked}`)).locked = locked;
    },
    async removeMember(consultationId, epoch, memberId) {
      const member = (await write(consultationId, epoch, `removed:${memberId}`)).members.get(memberId);
      if (member) member.removed = true;
    },
    async ended(consultationId, epoch, at, byMemberId) {
      (await write(consultationId, epoch, `ended:${byMemberId}`)).endedAt = at;
    },
  };

  const chat: ChatStore = {
    async append(consultationId, epoch, messages) {
      const visit = await write(consultationId, epoch, `append:${messages.length}`);
      const answers = messages.map((message) => {
        const known = visit.messages.find(
          (stored) => stored.memberId === message.memberId && stored.clientMessageId === message.clientMessageId,
        );
        if (known) return { seq: known.seq, sentAt: known.sentAt };
        if (visit.messages.some((stored) => stored.seq === message.seq)) throw new Error(`number ${message.seq} is taken`);
        visit.messages.push({ ...message });
        return { seq: message.seq, sentAt: message.sentAt };
      });
      await hooks.afterAppend?.();
      return answers;
    },
    async find(consultationId, memberId, clientMessageId) {
      const known = visits
        .get(consultationId)
        ?.messages.find((stored) => stored.memberId === memberId && stored.clientMessageId === clientMessageId);
      return known ? { seq: known.seq, sentAt: known.sentAt } : null;
    },
    async after(consultationId, afterSeq, limit) {
      const all = visits.get(consultationId)?.messages ?? [];
      return all.filter((message) => message.seq > afterSeq).slice(0, limit);
    },
  };

  const authenticator: Authenticator = {
    async authenticate(token) {
      const identity = identities.get(token);
      if (!identity || identity.expiresAt <= Date.now()) throw new RoomError('unauthenticated');
      if (revoked.has(identity.sessionId)) throw new RoomError('session_revoked');
      return identity;
    },
    isRevoked: (sessionId) => revoked.has(sessionId),
    onRevoked(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };

  const token: MemoryWorld['token'] = (memberId, { ttlMs = 3_600_000, name = memberId, sessionId = randomUUID() } = {}) => {
    const text = `token-${randomUUID()}`;
    identities.set(text, { kind: 'user', userId: memberId, name, sessionId, expiresAt: Date.now() + ttlMs });
    return { token: text, sessionId };
  };

  return {
    policy,
    chat,
    authenticator,
    visits,
    writes,
    hooks,
    visit({ lobby = true, locked = false, scheduledStart = new Date().toISOString(), title = 'Follow-up' } = {}) {
      const consultationId = randomUUID();
      const scheduledEnd = new Date(Date.parse(scheduledStart) + 1_800_000).toISOString();
      const state = { startedAt: null, endedAt: null, epoch: 0, members: new Map(), messages: [] };
      const visit: MemoryVisit = { consultationId, title, scheduledStart, scheduledEnd, lobby, locked, ...state };
      visits.set(consultationId, visit);
      return visit;
    },
    member(visit, role, name = role) {
      const memberId = randomUUID();
      visit.members.set(memberId, { memberId, name, role, removed: false });
      return { memberId, ...token(memberId, { name }) };
    },
    token,
    revoke(sessionId) {
      revoked.add(sessionId);
      for (const listener of listeners) listener(sessionId);
    },
  };
}

/** A log that keeps its warnings and errors for the test to look at. */
export function createMemoryLog(): Logger & { entries: { level: string; fields: object; message: string }[] } {
  const entries: { level: string; fields: object; message: string }[] = [];
  const at = (level: string) => (fields: object, message: string) => {
    entries.push({ level, fields, message });
  };
  return { entries, debug: () => undefined, info: () => undefined, warn: at('warn'), error: at('error') };
}
