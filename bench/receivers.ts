/**
 * P3: processor time a forwarded packet to real WebRTC receivers, our media server against Janus' streaming plugin.
 * werift does not decode, so many fit; libwebrtc (wrtc) decodes, estimates bandwidth and gives feedback. The packets are
 * counted where they arrive.
 */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { conclude, finish, measurePairs, type Options, readOptions, type Result } from './harness.ts';
import { cpuSeconds, forked, pin } from './processes.ts';
import { startFeed } from './receivers/feed.ts';
import { startJanus } from './receivers/janus.ts';
import type { Library } from './receivers/viewers.ts';

const SETTLE_MS = 3_000;
/** Packets a second of the feed that a receiver gets at least; fewer means that something is broken. */
const LEAST_RATE = 50;
/** Share of a core that the sanity twin burns. */
const TWIN_SHARE = 0.5;

interface Server {
  url: string;
  rtpPort: number;
  /** whose processor time counts */
  pids: number[];
  stop(): Promise<void>;
}

async function startHost(twin: boolean): Promise<Server> {
  const host = await forked<{ url: string; workerPid: number; rtpPort: number }>(join(import.meta.dirname, 'receivers/host.ts'), [
    twin ? String(TWIN_SHARE) : '0',
  ]);
  const { url, rtpPort, workerPid } = host.first;
  return { url, rtpPort, pids: [host.pid, workerPid], stop: () => host.stop() };
}

async function startPeer(): Promise<Server> {
  const { url, rtpPort, pid, stop } = await startJanus();
  return { url, rtpPort, pids: [pid], stop };
}

/** @returns microseconds of the server's processor time a packet */
async function measure(name: 'ours' | 'janus', library: Library, count: number, options: Options): Promise<number> {
  const server = await (name === 'ours' ? startHost(options.twin) : startPeer());
  for (const pid of server.pids) pin(pid, 'server');
  const stop = [() => server.stop(), startFeed(server.rtpPort)];
  try {
    await sleep(1_000);
    const viewers = await forked<number>(join(import.meta.dirname, 'receivers/viewers.ts'), [library, name, server.url, String(count)]);
    stop.push(() => viewers.stop());
    pin(viewers.pid, 'load');
    const packets = async (): Promise<number> => {
      viewers.child.send('read');
      return viewers.message<number>();
    };
    const used = (): number => server.pids.reduce((sum, pid) => sum + cpuSeconds(pid), 0);
    await sleep(SETTLE_MS);
    const before = { packets: await packets(), used: used() };
    await sleep(options.seconds * 1000);
    const after = { packets: await packets(), used: used() };
    const arrived = after.packets - before.packets;
    if (arrived < LEAST_RATE * count * options.seconds)
      throw new Error(`${name}: only ${arrived} packets arrived at ${count} ${library} receivers`);
    return ((after.used - before.used) * 1e6) / arrived;
  } finally {
    for (const end of stop.reverse()) await end();
  }
}

async function compare(id: string, library: Library, count: number, atMost: number, options: Options): Promise<Result> {
  console.log(`${id}: ${count} ${library} receivers, Janus against ours`);
  const pairs = await measurePairs(options, {
    bare: () => measure('janus', library, count, options),
    ours: () => measure('ours', library, count, options),
  });
  return conclude(
    { id, what: `CPU per forwarded packet, ${count} ${library} receivers, against Janus`, unit: 'us', compare: 'ratio', atMost },
    pairs,
    options,
  );
}

const options = readOptions({ pairs: 5, seconds: 8 });
/** A quick run shows that it works; a handful of receivers is enough for that. */
const count = (full: number): number => (options.quick ? 6 : full);
finish([await compare('P3a', 'wrtc', count(30), 0.5, options), await compare('P3b', 'werift', count(80), 0.4, options)]);
process.exit();
