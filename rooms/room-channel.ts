/** How a room reaches the sockets of its people; the gateway implements it with Socket.IO rooms. */
import type { Notification, NotificationName } from './protocol.ts';

export interface RoomChannel {
  toPeer<N extends NotificationName>(peerId: string, name: N, payload: Notification<N>): void;
  toConnection<N extends NotificationName>(connectionId: string, name: N, payload: Notification<N>): void;
  /** To everybody in the room, not the lobby. */
  toRoom<N extends NotificationName>(name: N, payload: Notification<N>, exceptPeerId?: string): void;
  /** To everybody in the room and the lobby. */
  toAll<N extends NotificationName>(name: N, payload: Notification<N>): void;
  /** Says where a connection stands from now on; what is sent afterwards reaches it there. */
  place(connectionId: string, peerId: string, stage: 'lobby' | 'room' | 'out'): void;
  /** Breaks the connections of room and lobby in the way after which clients come back by themselves. */
  recycle(): void;
  /** The same for these connections, which are on other nodes. */
  sendOn(connectionIds: readonly string[]): void;
}
