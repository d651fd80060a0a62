/**
 * Where a socket stands. That is written in the Socket.IO rooms that it is in, and nowhere else: the owner of a room
 * moves sockets with `socketsJoin` and `socketsLeave`, on whatever node they are, in order with what it sends them.
 */
import type { SeatRequestName } from './room-messages.ts';
import { permit } from './permissions.ts';

export type Session =
  | { state: 'connected' }
  /** waits to be let in */
  | { state: 'lobby'; consultationId: string }
  | { state: 'room'; consultationId: string };

/** Names of the Socket.IO rooms. */
export const channelName = {
  /** Every socket of a signed-in user. */
  user: (userId: string): string => `user:${userId}`,
  peer: (peerId: string): string => `peer:${peerId}`,
  room: (consultationId: string): string => `room:${consultationId}`,
  lobby: (consultationId: string): string => `lobby:${consultationId}`,
};

/** Reads the session of a socket from the rooms it is in. */
export function readSession(rooms: Iterable<string>): Session {
  for (const name of rooms) {
    if (name.startsWith('room:')) return { state: 'room', consultationId: name.slice(5) };
    if (name.startsWith('lobby:')) return { state: 'lobby', consultationId: name.slice(6) };
  }
  return { state: 'connected' };
}

/**
 * The consultation that a request belongs to.
 * @throws {RoomError} `not_joined`
 */
export function consultationOf(session: Session, name: SeatRequestName): string {
  switch (session.state) {
    case 'connected':
      permit(name, { stage: 'connected' });
      throw new TypeError(`${name} needs no room`);
    case 'lobby':
    case 'room':
      return session.consultationId;
    default:
      throw new TypeError(`no such session: ${JSON.stringify(session satisfies never)}`);
  }
}
