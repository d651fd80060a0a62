/** Reaches the people of a room through Socket.IO rooms, so that an adapter takes it across nodes. */
import type { Gateway } from './gateway.ts';
import type { Notification, NotificationName } from './protocol.ts';
import type { RoomChannel } from './room-channel.ts';
import { socketOf } from './connection-id.ts';
import { channelName } from './session.ts';
import type { GatewayServer } from './socket-types.ts';

/**
 * Sent many times a second and worthless a moment later: dropped for a socket that is still busy with earlier packets.
 * Speaker and quality are changes of state, small and rare: dropping one would leave a page wrong until the next.
 */
const VOLATILE: ReadonlySet<NotificationName> = new Set<NotificationName>(['levels:updated']);

/** Socket.IO's typed emit cannot follow a generic event name; our callers have tied name and payload already. */
function send(target: { emit: unknown }, name: NotificationName, payload: unknown): void {
  (target.emit as (event: string, payload: unknown) => void).call(target, name, payload);
}

/** Reaches the pages of one person. */
export function createUserChannel(io: () => GatewayServer) {
  return <N extends NotificationName>(userId: string, name: N, payload: Notification<N>): void =>
    send(io().to(channelName.user(userId)), name, payload);
}

/**
 * The sockets of a Socket.IO room that has them all on one node. When that is this one, they are reached at once and nobody
 * else is asked: what an adapter does to sockets comes back from Redis, later than what is sent to them from here.
 */
function nearest(io: GatewayServer, room: string) {
  return io.of('/').adapter.rooms.has(room) ? io.local.in(room) : io.in(room);
}

/** @param gateway asked at each use: it is made after the rooms' other parts */
export function createSocketChannel(gateway: () => Gateway, consultationId: string, clustered: boolean): RoomChannel {
  const io = (): GatewayServer => gateway().io;
  const room = channelName.room(consultationId);
  const lobby = channelName.lobby(consultationId);
  return {
    toPeer: (peerId, name, payload) => send(nearest(io(), channelName.peer(peerId)), name, payload),
    toConnection: (connection, name, payload) => send(nearest(io(), socketOf(connection)), name, payload),
    toRoom(name, payload, exceptPeerId) {
      const everybody = exceptPeerId ? io().to(room).except(channelName.peer(exceptPeerId)) : io().to(room);
      send(VOLATILE.has(name) ? everybody.volatile : everybody, name, payload);
    },
    toAll: (name, payload) => send(io().to([room, lobby]), name, payload),
    place(connection, peerId, stage) {
      const socket = nearest(io(), socketOf(connection));
      const peer = channelName.peer(peerId);
      switch (stage) {
        case 'out':
          return socket.socketsLeave([peer, room, lobby]);
        case 'room':
          socket.socketsLeave(lobby);
          return socket.socketsJoin([peer, room]);
        case 'lobby':
          socket.socketsLeave(room);
          return socket.socketsJoin([peer, lobby]);
        default:
          throw new TypeError(`no such stage: ${String(stage satisfies never)}`);
      }
    },
    recycle() {
      gateway().recycle([room, lobby]);
      if (clustered) io().serverSideEmit('rooms:recycle', [room, lobby]);
    },
    sendOn(connections) {
      // Each socket is in a room of its own name.
      if (clustered) io().serverSideEmit('rooms:recycle', connections.map(socketOf));
    },
  };
}
