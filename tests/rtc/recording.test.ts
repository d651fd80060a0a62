/** A node is killed while it records: what was stored is there, and nothing more is recorded until everybody is back. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { RtpCapabilities } from '#sfu/types.ts';
import { api, createVisit, signIn, type SignedIn } from '../support/rest.ts';
import { enterRoom, type RoomClient } from '../support/room-client.ts';
import { demoAccounts, startServer, type TestServer } from '../support/server.ts';
import { until } from '../support/wait.ts';

const run = promisify(execFile);
let server: TestServer;
const clients: RoomClient[] = [];

beforeAll(async () => {
  server = await startServer({ MEDIA_RECORDING_SEGMENT_MS: '1000' });
  const { token } = await signIn(server, demoAccounts(server.output()).administrator);
  const { items } = await api<{ items: { key: string; version: number }[] }>(server, 'GET', '/settings', { token });
  const version = items.find(({ key }) => key === 'recordings.enabled')!.version;
  await api(server, 'PUT', '/settings/recordings.enabled', { token, body: { value: true, version } });
});
afterAll(async () => {
  for (const client of clients) client.close();
  await server?.close();
});

const alive = async (pid: number): Promise<boolean> =>
  run('ps', ['-o', 'stat=', '-p', String(pid)]).then(
    ({ stdout }) => !stdout.startsWith('Z'),
    () => false,
  );

test('a node that is killed loses the last piece, and leaves no process; the recording goes on when everybody is back', async () => {
  const visit = await createVisit(server);
  const { routerRtpCapabilities: capabilities } = await api<{ routerRtpCapabilities: RtpCapabilities }>(
    server,
    'GET',
    '/media/capabilities',
  );
  const enter = async (who: SignedIn, deviceId: string): Promise<RoomClient> => {
    const options = { token: who.token, consultationId: visit.id, deviceId, capabilities };
    const client = await until('the room to let them in', () => enterRoom(server.url, options).catch(() => null), 20_000, 250);
    clients.push(client);
    await client.publish('microphone');
    return client;
  };
  const doctor = await enter(visit.doctor, 'desk');
  const patient = await enter(visit.patient, 'phone');
  const { recordingId } = await doctor.request('recording:ask', {});
  await patient.request('recording:consent', { recordingId, consent: true });
  const look = () =>
    api<{ state: string; pieces: number; endReason: string | null }>(server, 'GET', `/recordings/${recordingId}`, {
      token: visit.doctor.token,
    });
  await until('pieces', async () => (await look()).pieces >= 4, 20_000);
  const { stdout } = await run('pgrep', ['-P', String(server.pid()), 'ffmpeg']);
  const processes = stdout.trim().split('\n').map(Number);
  expect(processes).toHaveLength(2);

  await server.kill();
  for (const client of clients.splice(0)) client.close();
  await server.start();
  const before = await look();
  expect(before).toMatchObject({ state: 'recording', endReason: null });
  expect(before.pieces).toBeGreaterThanOrEqual(4);
  const back = await enter(visit.doctor, 'desk');
  await until('it to be paused', async () => (await look()).state === 'paused');
  // The patient is not back: nothing runs that could record.
  expect(await run('pgrep', ['-P', String(server.pid()), 'ffmpeg']).catch(() => null)).toBeNull();
  await enter(visit.patient, 'phone');
  await until('it to go on', async () => (await look()).state === 'recording');
  await until('more pieces', async () => (await look()).pieces > before.pieces, 20_000);
  await back.request('recording:stop', { recordingId });
  expect(await look()).toMatchObject({ endReason: 'stopped' });
  await until(
    'the processes of before to end',
    async () => (await Promise.all(processes.map(alive))).every((lives) => !lives),
    20_000,
    250,
  );
});
