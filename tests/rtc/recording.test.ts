/** The owner of a room is killed while it records: another node takes the recording over, and nothing is recorded until everybody has consented anew. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import mysql, { type RowDataPacket } from 'mysql2/promise';
import type { RtpCapabilities } from '#sfu/types.ts';
import { SECRET } from '../support/app.ts';
import { createDatabase } from '../support/mariadb.ts';
import { recordersOf } from '../support/recorders.ts';
import { type RedisServer, startRedis } from '../support/redis.ts';
import { api, createVisit, signIn, type SignedIn } from '../support/rest.ts';
import { enterRoom, type RoomClient } from '../support/room-client.ts';
import { demoAccounts, startNode, type TestNode } from '../support/server.ts';
import { until } from '../support/wait.ts';

const run = promisify(execFile);
let redis: RedisServer;
let folder: string;
let database: string;
const nodes: TestNode[] = [];
const clients: RoomClient[] = [];

beforeAll(async () => {
  redis = await startRedis();
  folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-files-'));
  database = await createDatabase(process.env['TEST_MARIADB'] ?? '');
  const shared = {
    ...{ DATABASE_URL: database, REDIS_URL: redis.url, FILES_DIR: folder, ROOM_LEASE_MS: '2000' },
    ...{ JWT_SECRET: SECRET, DATA_KEYS: `k1:${'1'.repeat(64)}`, BLIND_INDEX_KEY: SECRET },
    ...{ MEDIA_WORKERS: '1', MEDIA_RECORDING_SEGMENT_MS: '1000' },
  };
  nodes.push(...(await Promise.all([startNode({ ...shared, DEMO: 'true' }), startNode(shared)])));
  const { administrator } = demoAccounts(nodes[0]!.output());
  const { token } = await signIn(nodes[0]!, administrator);
  const { items } = await api<{ items: { key: string; version: number }[] }>(nodes[0]!, 'GET', '/settings', { token });
  const version = items.find(({ key }) => key === 'recordings.enabled')!.version;
  await api(nodes[0]!, 'PUT', '/settings/recordings.enabled', { token, body: { value: true, version } });
});
afterAll(async () => {
  for (const client of clients) client.close();
  await Promise.all(nodes.map((node) => node.close()));
  await redis?.stop();
  await rm(folder, { recursive: true, force: true });
});

const alive = async (pid: number): Promise<boolean> =>
  run('ps', ['-o', 'stat=', '-p', String(pid)]).then(
    ({ stdout }) => !stdout.startsWith('Z'),
    () => false,
  );

/** What is recorded under each owner of the room, in ms on the clock of the recording. */
async function manifest(recordingId: string): Promise<{ from: number; to: number }[]> {
  const connection = await mysql.createConnection(database);
  try {
    const [rows] = await connection.query<RowDataPacket[]>(
      `SELECT MIN(offset_ms) AS begins, MAX(offset_ms + duration_ms) AS ends FROM recording_segments
       WHERE recording_id = ? GROUP BY room_epoch ORDER BY room_epoch`,
      [recordingId],
    );
    return rows.map(({ begins, ends }) => ({ from: Number(begins), to: Number(ends) }));
  } finally {
    await connection.end();
  }
}

test('a node that is killed loses the last piece, and leaves no process; on another one the recording goes on when everybody has consented anew', async () => {
  const visit = await createVisit({ url: nodes[0]!.url, ...demoAccounts(nodes[0]!.output()) });
  const { routerRtpCapabilities: capabilities } = await api<{ routerRtpCapabilities: RtpCapabilities }>(
    nodes[0]!,
    'GET',
    '/media/capabilities',
  );
  const enter = async (node: TestNode, who: SignedIn, deviceId: string): Promise<RoomClient> => {
    const options = { token: who.token, consultationId: visit.id, deviceId, capabilities };
    const client = await until('the room to let them in', () => enterRoom(node.url, options).catch(() => null), 20_000, 250);
    clients.push(client);
    await client.publish('microphone');
    return client;
  };
  const doctor = await enter(nodes[0]!, visit.doctor, 'desk');
  const patient = await enter(nodes[1]!, visit.patient, 'phone');
  const { recordingId } = await doctor.request('recording:ask', {});
  await patient.request('recording:consent', { recordingId, consent: true });
  const look = (node: TestNode) =>
    api<{ state: string; pieces: number; endReason: string | null }>(node, 'GET', `/recordings/${recordingId}`, {
      token: visit.doctor.token,
    });
  await until('pieces', async () => (await look(nodes[0]!)).pieces >= 4, 20_000);
  const processes = await Promise.all(nodes.map((node) => recordersOf(node.pid())));
  const [owner, other] = processes[0]!.length > 0 ? [nodes[0]!, nodes[1]!] : [nodes[1]!, nodes[0]!];
  expect(new Set(processes.map(({ length }) => length))).toEqual(new Set([0, 2]));

  await owner.kill();
  for (const client of clients.splice(0)) client.close();
  const before = await look(other);
  expect(before).toMatchObject({ state: 'recording', endReason: null });
  expect(before.pieces).toBeGreaterThanOrEqual(4);
  const back = await enter(other, visit.doctor, 'desk');
  await until('it to be paused', async () => (await look(other)).state === 'paused');
  const phone = await enter(other, visit.patient, 'phone');
  // Nobody knows what was said while the former owner could store nothing: everybody is asked again, and nothing runs that could record.
  expect(await recordersOf(other.pid())).toEqual([]);
  for (const client of [back, phone]) await client.request('recording:consent', { recordingId, consent: true });
  await until('it to go on', async () => (await look(other)).state === 'recording');
  await until('more pieces', async () => (await look(other)).pieces > before.pieces, 20_000);
  await back.request('recording:stop', { recordingId });
  expect(await look(other)).toMatchObject({ endReason: 'stopped' });
  const [first, second, ...more] = await manifest(recordingId);
  expect(more).toEqual([]);
  expect(second!.from).toBeGreaterThan(first!.to);
  await until(
    'the processes of before to end',
    async () => (await Promise.all(processes.flat().map(alive))).every((lives) => !lives),
    20_000,
    250,
  );
});
