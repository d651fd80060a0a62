/** An upgrade one node after the other: a process of this version and one of the minor version before share rooms and take them over, both ways. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RtpCapabilities } from '#sfu/types.ts';
import type { SourceBugName } from '../faults/bugs.ts';
import { SECRET } from '../support/app.ts';
import { createDatabase } from '../support/mariadb.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';
import { api, createVisit, type Visit } from '../support/rest.ts';
import { enterRoom, type RoomClient } from '../support/room-client.ts';
import { demoAccounts, startNode, type TestNode } from '../support/server.ts';
import { until } from '../support/wait.ts';

const PLANT = path.join(import.meta.dirname, '../faults/plant.ts');
const OLDER: SourceBugName[] = ['older-version', 'older-snapshot', 'older-room', 'older-messages', 'older-requests'];

let redis: RedisServer;
let folder: string;
let older: TestNode;
let newer: TestNode;
let capabilities: RtpCapabilities;
const clients: RoomClient[] = [];

beforeAll(async () => {
  redis = await startRedis();
  folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-files-'));
  const shared = {
    ...{ DATABASE_URL: await createDatabase(process.env['TEST_MARIADB'] ?? ''), REDIS_URL: redis.url, FILES_DIR: folder },
    ...{ JWT_SECRET: SECRET, DATA_KEYS: `k1:${'1'.repeat(64)}`, BLIND_INDEX_KEY: SECRET, MEDIA_WORKERS: '1' },
  };
  [older, newer] = await Promise.all([
    startNode({ ...shared, DEMO: 'true', PLANTED: OLDER.join(',') }, ['--import', PLANT]),
    startNode(shared),
  ]);
  ({ routerRtpCapabilities: capabilities } = await api<{ routerRtpCapabilities: RtpCapabilities }>(newer, 'GET', '/media/capabilities'));
});
afterAll(async () => {
  for (const client of clients) client.close();
  await Promise.all([older?.close(), newer?.close()]);
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

/** The two hear each other, and nothing of what was said is gone. */
async function meets(doctor: RoomClient, patient: RoomClient, said: string[]): Promise<void> {
  await Promise.all([hears(doctor, patient), hears(patient, doctor)]);
  for (const client of [doctor, patient]) {
    const { messages } = await client.request('chat:history', { afterSeq: 0 });
    expect(messages.map(({ text }) => text)).toEqual(said);
  }
}

const versionOf = async (node: TestNode): Promise<string> =>
  ((await (await fetch(`${node.url}/info`)).json()) as { data: { protocolVersion: string } }).data.protocolVersion;

test('a call goes on while its nodes are upgraded one after the other, and when one goes back', async () => {
  expect([await versionOf(older), await versionOf(newer)]).toEqual(['1.2', '1.4']);
  const visit = await createVisit({ url: older.url, ...demoAccounts(older.output()) });
  // The older one has the room; a page of the newer version comes in through the newer node.
  const doctor = await enter(older, visit, visit.doctor, 'desk');
  const patient = await enter(newer, visit, visit.patient, 'phone');
  await patient.request('chat:send', { text: '第一', clientMessageId: 'first' });
  await patient.request('hand:raise', { raised: true });
  await meets(doctor, patient, ['第一']);
  await expect(patient.request('recording:ask', {})).rejects.toThrow('unknown_event');

  // It is killed; the newer one goes on from its snapshot.
  await older.kill();
  const back = await enter(newer, visit, visit.patient, 'phone');
  const doctorBack = await enter(newer, visit, visit.doctor, 'desk');
  await back.request('media:hold-camera', { held: true });
  await doctorBack.request('chat:send', { text: '第二', clientMessageId: 'second' });
  await meets(doctorBack, back, ['第一', '第二']);

  // And back: the newer one stops in order, the older one reads what it has written.
  await older.start();
  const away = new Promise((resolve) => back.socket.once('disconnect', resolve));
  await newer.stop();
  await away;
  const again = await enter(older, visit, visit.patient, 'phone');
  const doctorAgain = await enter(older, visit, visit.doctor, 'desk');
  await meets(doctorAgain, again, ['第一', '第二']);
  expect(doctorAgain.peerId).toBe(doctorBack.peerId);
  expect(again.peerId).toBe(patient.peerId);
});
