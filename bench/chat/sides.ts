/** The two sides of the benchmarks of chat: our room layer, and Socket.IO as it is, each on one node or on two that share a Redis. */
import { join } from 'node:path';
import { PROTOCOL_VERSION } from '#rooms/protocol.ts';
import { startRedis } from '#tests/support/redis.ts';
import { cpuSeconds, forked, pin } from '../processes.ts';
import type { Done, Member, Task } from './load.ts';

export const VISIT = 'visit';
/** Of a core, that the sanity twins waste. */
const WASTE = 0.5;

export interface Side {
  urls: string[];
  members: Member[];
  /** Processor seconds of the servers so far. */
  cpu(): number;
  close(): Promise<void>;
}

export interface SideOptions {
  kind: 'bare' | 'ours';
  members: number;
  nodes: 1 | 2;
  twin: boolean;
}

/** What a page of ours says of itself when it comes in without media. */
export const joining = () => ({
  ...{ consultationId: VISIT, deviceId: crypto.randomUUID(), rtpCapabilities: null, mediaSessionId: null, chatAfterSeq: 0 },
});

/** Starts the servers of one side; those who will be their members are spread over them in turn. */
export async function startSide({ kind, members, nodes, twin }: SideOptions): Promise<Side> {
  const redis = nodes > 1 ? await startRedis() : null;
  const file = join(import.meta.dirname, `${kind === 'ours' ? 'our' : 'bare'}-server.ts`);
  const options = [...(kind === 'ours' ? [String(twin ? WASTE : 0)] : []), ...(redis ? [redis.url] : [])];
  const servers = await Promise.all(Array.from({ length: nodes }, () => forked<{ url: string }>(file, options)));
  if (nodes === 1) for (const { pid } of servers) pin(pid, 'server');
  const urls = servers.map(({ first }) => first.url);
  const member = (index: number): Member => ({
    url: urls[index % nodes] ?? '',
    auth: { token: `member-${index}`, protocol: PROTOCOL_VERSION },
    join: joining(),
  });
  return {
    urls,
    members: Array.from({ length: members }, (_none, index) => member(index)),
    cpu: () => servers.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0),
    async close() {
      await Promise.all(servers.map((server) => server.stop()));
      await redis?.stop();
    },
  };
}

export interface Load {
  run(task: Task): Promise<Done>;
  stop(): Promise<void>;
}

/** The process of all members. */
export async function startLoad(pinned: boolean): Promise<Load> {
  const process = await forked(join(import.meta.dirname, 'load.ts'));
  if (pinned) pin(process.pid, 'load');
  return {
    run(task) {
      const done = process.message<Done>();
      process.child.send(task);
      return done;
    },
    stop: () => process.stop(),
  };
}
