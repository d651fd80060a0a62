/**
 * P12 way: what it costs to be connected to another node than the one that has the room. Two nodes of the real program on one Redis and one
 * MariaDB, which writes each commit to the disk; the two people of a visit, each on another node, write in turns.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startMariaDb } from '#tests/support/mariadb.ts';
import { startRedis } from '#tests/support/redis.ts';
import { createVisit } from '#tests/support/rest.ts';
import { ask, connect, type RoomSocket } from '#tests/support/room-client.ts';
import { startNode, startServer, type TestServer } from '#tests/support/server.ts';
import { conclude, finish, type Pair, readOptions, waitForQuiet } from './harness.ts';
import { percentile, short } from './stats.ts';

/** Of each person, and those before that count for nothing. */
const MESSAGES = 500;
const WARM_MESSAGES = 100;
/** How often the sanity twin writes through the other node for one figure. */
const TWIN_MESSAGES = 5;

const key = (): string => randomBytes(32).toString('hex');

/** @returns the node on which rooms open that are entered there first, another one, and what ends everything */
async function startNodes(): Promise<{ near: TestServer; farUrl: string; close(): Promise<void> }> {
  const [mariadb, redis] = await Promise.all([startMariaDb({ durable: true }), startRedis()]);
  const files = await mkdtemp(path.join(tmpdir(), 'wenzhen-files-'));
  const env = {
    ...{ DATABASE_URL: await mariadb.createDatabase(), REDIS_URL: redis.url, FILES_DIR: files },
    ...{ JWT_SECRET: key(), DATA_KEYS: `k1:${key()}`, BLIND_INDEX_KEY: key() },
    ...{ RATE_CHAT_PER_10_SECONDS: '1000000', RATE_SOCKET_PER_SECOND: '1000000', MEDIA_WORKERS: '1' },
  };
  const near = await startServer({ ...env, REGION: 'near' });
  const far = await startNode({ ...env, REGION: 'far' });
  return {
    near,
    farUrl: far.url,
    async close() {
      await Promise.all([near.close(), far.close()]);
      await Promise.all([mariadb.stop(), redis.stop()]);
      await rm(files, { recursive: true, force: true });
    },
  };
}

async function enter(url: string, token: string, consultationId: string): Promise<RoomSocket> {
  const socket = await connect(url, token);
  await ask(socket, 'room:join', { consultationId, deviceId: randomUUID(), rtpCapabilities: null, mediaSessionId: null, chatAfterSeq: 0 });
  return socket;
}

/** Writes so many messages, each when the one before was acknowledged. @returns ms */
async function write(socket: RoomSocket, count: number): Promise<number> {
  const begun = performance.now();
  for (let sent = 0; sent < count; sent++)
    await ask(socket, 'chat:send', { text: '您好，请问现在方便吗？', clientMessageId: randomUUID() });
  return performance.now() - begun;
}

const options = readOptions({ pairs: 5, seconds: 1 });
const messages = options.quick ? 50 : MESSAGES;
console.log('P12 way: writing to a room here, and to one on another node');
const { near, farUrl, close } = await startNodes();
const pairs: Pair[] = [];
try {
  while (pairs.length < options.pairs) {
    const { id, doctor, patient } = await createVisit(near);
    const [here, away] = [await enter(near.url, doctor.token, id), await enter(farUrl, patient.token, id)];
    await waitForQuiet(options.quick ? 1 : 60);
    const times: { here: number[]; away: number[] } = { here: [], away: [] };
    // In turns, so that both meet the same machine.
    for (let sent = -WARM_MESSAGES; sent < messages; sent++) {
      const took = { here: await write(here, 1), away: await write(away, options.twin ? TWIN_MESSAGES : 1) };
      if (sent < 0) continue;
      times.here.push(took.here);
      times.away.push(took.away);
    }
    for (const socket of [here, away]) socket.disconnect();
    const pair = { bare: percentile(times.here, 0.5), ours: percentile(times.away, 0.5) };
    pairs.push(pair);
    console.log(`  pair ${pairs.length} of ${options.pairs}: here ${short(pair.bare)}, away ${short(pair.ours)}`);
  }
} finally {
  await close();
}
const what = 'a message of chat, until it is acknowledged, to a room on another node against one here, p50';
finish([conclude({ id: 'P12 way', what, unit: 'ms', compare: 'ratio', atMost: 3 }, pairs, options)]);
process.exit();
