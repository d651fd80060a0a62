/** Chat as the page holds it: stored messages by number, own messages on their way, what was read. Pure. */
import type { ChatMessage } from '#rooms/protocol.ts';

export interface Outgoing {
  clientMessageId: string;
  text: string;
  state: 'sending' | 'failed';
  /** Error code of the refusal. */
  code: string | null;
}
export interface ChatLog {
  /** In order of `seq`, each number once. */
  messages: readonly ChatMessage[];
  outgoing: readonly Outgoing[];
  /** Highest number that the server is known to have given out. */
  latestSeq: number;
  /** Highest number that the person has seen. */
  readSeq: number;
}

export const emptyChat: ChatLog = { messages: [], outgoing: [], latestSeq: 0, readSeq: 0 };

/** Highest number up to which nothing is missing; what to name in `chatAfterSeq`. */
export function contiguousSeq(log: ChatLog): number {
  let seq = 0;
  for (const message of log.messages) {
    if (message.seq !== seq + 1) break;
    seq = message.seq;
  }
  return seq;
}

/** True while messages are known to exist that the page does not have. */
export function hasGap(log: ChatLog): boolean {
  return contiguousSeq(log) < log.latestSeq;
}

/**
 * Adds messages from the server, in any order, known ones included. Own messages on their way that are among them
 * are no longer on their way.
 */
export function received(log: ChatLog, messages: readonly ChatMessage[], selfMemberId: string | null, latestSeq = 0): ChatLog {
  const bySeq = new Map(log.messages.map((message) => [message.seq, message]));
  for (const message of messages) bySeq.set(message.seq, message);
  const stored = new Set(messages.filter((message) => message.memberId === selfMemberId).map((message) => message.clientMessageId));
  const highest = Math.max(log.latestSeq, latestSeq, ...messages.map((message) => message.seq));
  return {
    ...log,
    messages: [...bySeq.values()].sort((a, b) => a.seq - b.seq),
    outgoing: stored.size === 0 ? log.outgoing : log.outgoing.filter((entry) => !stored.has(entry.clientMessageId)),
    latestSeq: highest,
  };
}

export function sending(log: ChatLog, clientMessageId: string, text: string): ChatLog {
  const others = log.outgoing.filter((entry) => entry.clientMessageId !== clientMessageId);
  return { ...log, outgoing: [...others, { clientMessageId, text, state: 'sending', code: null }] };
}

export function failed(log: ChatLog, clientMessageId: string, code: string): ChatLog {
  return {
    ...log,
    outgoing: log.outgoing.map((entry) =>
      entry.clientMessageId === clientMessageId ? { ...entry, state: 'failed' as const, code } : entry,
    ),
  };
}

/** Drops an own message that was not sent. */
export function discarded(log: ChatLog, clientMessageId: string): ChatLog {
  return { ...log, outgoing: log.outgoing.filter((entry) => entry.clientMessageId !== clientMessageId) };
}

export function readAll(log: ChatLog): ChatLog {
  const last = log.messages.at(-1)?.seq ?? 0;
  return last === log.readSeq ? log : { ...log, readSeq: last };
}

/** Messages of others that were not seen yet. */
export function unreadCount(log: ChatLog, selfMemberId: string | null): number {
  return log.messages.filter((message) => message.seq > log.readSeq && message.memberId !== selfMemberId).length;
}
