/** What makes a process one node of many: directory, bus and Socket.IO adapter, all on Redis. */
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
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
  losses: Losses;
  /** After the rooms have closed. */
  close(): Promise<void>;
}

/** What nodes told each other and was lost: Redis keeps nothing for those who do not listen just then. */
export interface Losses {
  /** Messages to the people of other nodes that Redis did not take, or not in time, since the start. */
  readonly unsent: number;
  /** @param told called when something may have been lost, on either way, and both ways work again. At most once. */
  follow(told: () => void): void;
}

/** How often is looked whether both ways work again, and the least time between two such moments, in ms. */
const LOOK_MS = 100;
const CALM_MS = 5_000;
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
  const { losses, publisher, close } = watchLosses(pub, sub);
  const ready = pub.status === 'ready' ? Promise.resolve() : new Promise<void>((connected) => void pub.once('ready', connected));
  await within(ready, START_MS, 'deadline').catch(() => log.warn({}, 'starting without Redis: rooms open once it is there'));
  const bus = await joinRedisBus({ nodeId, pub, sub, log });
  const media = createClusterMedia(await joinRedisBus({ nodeId: mediaName(nodeId), pub, sub, log }));
  return {
    directory: noticeDeafness(createRedisDirectory(pub), sub),
    bus,
    board: createRedisNodeBoard(pub),
    adapter: createAdapter(publisher, sub, { key: 'wenzhen:sockets' }),
    media,
    losses,
    async close() {
      close();
      await media.close();
      sub.disconnect();
    },
  };
}

/** Beats in a row at which nobody listens for this node although it believes to: one may be faster than the listening after a new connection. */
const DEAF_BEATS = 2;

/** A connection that only listens is never told that its other end is gone, if the network swallows that. Redis knows, and says so at each beat. */
function noticeDeafness(directory: Directory, sub: Redis): Directory {
  let deaf = 0;
  const beat: Directory['beat'] = async (nodeId) => {
    const signs = await directory.beat(nodeId);
    const own = signs.find((sign) => sign.nodeId === nodeId);
    deaf = own?.listens === false && sub.status === 'ready' ? deaf + 1 : 0;
    if (deaf >= DEAF_BEATS) {
      deaf = 0;
      sub.disconnect(true);
    }
    return signs;
  };
  return { ...directory, beat };
}

/** Address and port at the other end of a connection. */
function serverOf(client: Redis): string {
  const { remoteAddress, remotePort } = client.stream as Socket;
  return `${remoteAddress}:${remotePort}`;
}

/**
 * Looks for losses: when a connection was broken something is lost, of `sub` what others said, of `pub` what was said here. What a Redis that
 * stands still does not take in time is late, but comes, as long as the connection holds.
 * @returns with the connection for the adapter, which publishes and does not look: a failure there would end the process
 */
function watchLosses(pub: Redis, sub: Redis): { losses: Losses; publisher: Redis; close(): void } {
  let [unsent, ended, healing, calmAt] = [0, false, false, -Infinity];
  const pause = (ms: number): Promise<void> => sleep(Math.max(0, ms), undefined, { ref: false });
  const work = async (): Promise<boolean> => {
    // The second waits for its connection.
    const answers = await Promise.allSettled([pub.ping(), sub.ping()]);
    return answers.every(({ status }) => status === 'fulfilled');
  };
  const heal = async (told: () => void): Promise<void> => {
    if (healing) return;
    healing = true;
    // A connection that breaks again and again would never let people be.
    await pause(calmAt - performance.now());
    while (!ended && !(await work())) await pause(LOOK_MS);
    healing = false;
    calmAt = performance.now() + CALM_MS;
    if (!ended) told();
  };
  const losses: Losses = {
    get unsent() {
      return unsent;
    },
    follow(told) {
      for (const client of [pub, sub]) client.on('ready', () => void heal(told));
    },
  };
  const publish = (channel: string | Buffer, message: string | Buffer): Promise<number> =>
    pub.publish(channel, message).catch(() => {
      unsent++;
      return 0;
    });
  const publisher = new Proxy(pub, { get: (target, name) => (name === 'publish' ? publish : Reflect.get(target, name, target)) });
  return { losses, publisher, close: () => void (ended = true) };
}
