/** Sessions that ended before their tokens expire, kept in memory so that a request needs no look-up. */
import { EventEmitter } from 'node:events';

export interface Revocations {
  /** Refuses the session from now on and tells the subscribers. `expiresAt` is in ms since 1970. */
  add(sessionId: string, expiresAt: number): void;
  /** Refuses the session without telling: for those whom their room tells why itself. */
  refuse(sessionId: string, expiresAt: number): void;
  has(sessionId: string): boolean;
  /** Calls back with each session added from now on. Returns the unsubscribe function. */
  subscribe(listener: (sessionId: string) => void): () => void;
}

/** Entries are dropped once the tokens they refuse have expired by themselves. */
export function createRevocations(): Revocations {
  const expiry = new Map<string, number>();
  const events = new EventEmitter().setMaxListeners(0);

  function refuse(sessionId: string, expiresAt: number): void {
    const now = Date.now();
    for (const [id, end] of expiry) if (end <= now) expiry.delete(id);
    expiry.set(sessionId, expiresAt);
  }

  return {
    add(sessionId, expiresAt) {
      refuse(sessionId, expiresAt);
      events.emit('revoked', sessionId);
    },
    refuse,
    has: (sessionId) => expiry.has(sessionId),
    subscribe(listener) {
      events.on('revoked', listener);
      return () => void events.off('revoked', listener);
    },
  };
}
