/** The sockets of each session, and how they end with it. */
import { RoomError } from './errors.ts';
import { readSession } from './session.ts';
import type { GatewaySocket } from './socket-types.ts';

/** Sockets of one session at the same time: pages that one person has open. */
const MAX_SOCKETS = 8;

export interface SessionSockets {
  /** Counts a socket until its connection closes. @throws {RoomError} `limit_reached` */
  add(socket: GatewaySocket, sessionId: string): void;
  of(sessionId: string): GatewaySocket[];
}

export function createSessionSockets(): SessionSockets {
  const bySession = new Map<string, Set<GatewaySocket>>();
  return {
    add(socket, sessionId) {
      const sockets = bySession.get(sessionId) ?? new Set();
      if (sockets.size >= MAX_SOCKETS) throw new RoomError('limit_reached');
      bySession.set(sessionId, sockets.add(socket));
      socket.conn.once('close', () => {
        sockets.delete(socket);
        if (sockets.size === 0 && bySession.get(sessionId) === sockets) bySession.delete(sessionId);
      });
    },
    of: (sessionId) => [...(bySession.get(sessionId) ?? [])],
  };
}

/** The session behind a socket has ended: says so and closes it; its seat is given up. */
export function endSession(socket: GatewaySocket): void {
  if (socket.disconnected) return;
  socket.data.goneBy = 'session_revoked';
  // Who was put out of a room was told the reason already.
  const toldAlready = socket.data.visited.size > 0 && readSession(socket.rooms).state === 'connected';
  if (!toldAlready) socket.emit('room:closed', { reason: 'session_revoked' });
  socket.disconnect(true);
}
