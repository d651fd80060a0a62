/** Two whole server processes on one MariaDB and one Redis: people on both, and then one of the two is killed. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RtpCapabilities } from '#sfu/types.ts';
import { SECRET } from '../support/app.ts';
import { createDatabase } from '../support/mariadb.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';
import { api, createVisit, type Visit } from '../support/rest.ts';
import { enterRoom, type RoomClient } from '../support/room-client.ts';
import { startNode, startServer, type TestNode, type TestServer } from '../support/server.ts';
import { until } from '../support/wait.ts';

let redis: RedisServer;
let folder: string;
let here: TestServer;
let there: TestNode;
let capabilities: RtpCapabilities;
const clients: RoomClient[] = [];

beforeAll(async () => {
  redis = await startRedis();
  folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-files-'));
  const shared = {
    ...{ DATABASE_URL: await createDatabase(process.env['TEST_MARIADB'] ?? ''), REDIS_URL: redis.url, FILES_DIR: folder },
    ...{ JWT_SECRET: SECRET, DATA_KEYS: `k1:${'1'.repeat(64)}`, BLIND_INDEX_KEY: SECRET },
  };
  here = await startServer(shared);
  there = await startNode(shared);
  ({ routerRtpCapabilities: capabilities } = await api<{ routerRtpCapabilities: RtpCapabilities }>(here, 'GET', '/media/capabilities'));
});
afterAll(async () => {
  for (const client of clients) client.close();
  await Promise.all([here?.close(), there?.close()]);
  await redis?.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Comes into the room through a node, from the same device each time, with sound. */
async function enter(node: TestNode, { id }: Visit, who: { token: string }, deviceId: string): Promise<RoomClient> {
  const options = { token: who.token, consultationId: id, deviceId, capabilities };
  const client = await until('the room to let them in', () => enterRoom(node.url, options), 20_000, 250);
  clients.push(client);
  await client.publish('microphone');
  return client;
}

const hears = (one: RoomClient, other: RoomClient): Promise<unknown> =>
  until('sound to arrive', () => (one.received.get(`${other.peerId}/microphone`)?.packets() ?? 0) > 5, 20_000);

test('people on two nodes hear each other; the room of a node that is killed goes on elsewhere', async () => {
  const visit = await createVisit(here);
  const doctor = await enter(here, visit, visit.doctor, 'desk');
  const patient = await enter(there, visit, visit.patient, 'phone');
  await Promise.all([hears(doctor, patient), hears(patient, doctor)]);
  await doctor.request('chat:send', { text: '您好', clientMessageId: 'first' });

  const sentOn = new Promise((resolve) => patient.socket.once('disconnect', resolve));
  const killed = performance.now();
  await here.kill();
  await sentOn;
  const known = Math.round(performance.now() - killed);
  const back = await enter(there, visit, visit.patient, 'phone');
  const doctorBack = await enter(there, visit, visit.doctor, 'desk');
  await Promise.all([hears(back, doctorBack), hears(doctorBack, back)]);
  console.info(`node killed: others know after ${known} ms, sound again after ${Math.round(performance.now() - killed)} ms`);
  const { messages } = await back.request('chat:history', { afterSeq: 0 });
  expect(messages.map(({ text }) => text)).toEqual(['您好']);
});
