/** What makes a process one node of many: directory, bus and Socket.IO adapter, all on Redis. */
import type { Socket } from 'node:net';
import { createAdapter } from '@socket.io/redis-adapter';
import type { Redis } from 'ioredis';
import type { ServerOptions } from 'socket.io';
import type { Directory } from './directory.ts';
import { within } from './durable.ts';
import { type ClusterMedia, createClusterMedia, mediaName } from './media-nodes.ts';
import { createRedisNodeBoard, type NodeBoard } from './node-board.ts';
import type { NodeBus } from './node-bus.ts';
import type { Logger } from './ports.ts';
import { createRedisDirectory } from './redis-directory.ts';
import { joinRedisBus } from './redis-node-bus.ts';

export interface Cluster {
  directory: Directory;
  bus: NodeBus;
  board: NodeBoard;
  adapter: NonNullable<ServerOptions['adapter']>;
  /** The way to the media of other nodes. */
  media: ClusterMedia;
  /** After the rooms have closed. */
  close(): Promise<void>;
}

/** How long a start waits for Redis, in ms. A node that starts without it opens no rooms until it is back. */
const START_MS = 3_000;

/**
 * Connects to the other nodes.
 * @param pub sends and asks; fails commands at once while it is not connected; stays its owner's to close
 * @param nodeId name of this process, never used twice
 */
export async function joinCluster(pub: Redis, nodeId: string, log: Logger): Promise<Cluster> {
  // Unlike the other one it waits for Redis: what it subscribes to is made up for at each connection.
  const sub = pub.duplicate({ enableOfflineQueue: true, maxRetriesPerRequest: null, commandTimeout: undefined });
  sub.on('error', (error) => log.debug({ err: error }, 'redis of the cluster'));
  // In a Redis Cluster, and behind sentinels, another server may have our keys from now on. Who listens on the one before is not counted among
  // the listeners of this one.
  pub.on('ready', () => sub.status === 'ready' && serverOf(pub) !== serverOf(sub) && sub.disconnect(true));
  const ready = pub.status === 'ready' ? Promise.resolve() : new Promise<void>((connected) => void pub.once('ready', connected));
  await within(ready, START_MS, 'deadline').catch(() => log.warn({}, 'starting without Redis: rooms open once it is there'));
  const bus = await joinRedisBus({ nodeId, pub, sub, log });
  const media = createClusterMedia(await joinRedisBus({ nodeId: mediaName(nodeId), pub, sub, log }));
  return {
    directory: createRedisDirectory(pub),
    bus,
    board: createRedisNodeBoard(pub),
    adapter: createAdapter(unheard(pub), sub, { key: 'wenzhen:sockets' }),
    media,
    async close() {
      await media.close();
      sub.disconnect();
    },
  };
}

/** Address and port at the other end of a connection. */
function serverOf(client: Redis): string {
  const { remoteAddress, remotePort } = client.stream as Socket;
  return `${remoteAddress}:${remotePort}`;
}

/** For the adapter, which publishes and does not look: a failure there would end the process. Rooms tell people again when they come back. */
function unheard(pub: Redis): Redis {
  const publish = (channel: string | Buffer, message: string | Buffer): Promise<number> => pub.publish(channel, message).catch(() => 0);
  return new Proxy(pub, { get: (target, name) => (name === 'publish' ? publish : Reflect.get(target, name, target)) });
}
