/** `npm run cluster`, used as a person would: one room for people on both nodes, one node stopped, the other killed, Ctrl-C. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InRoom } from '#rooms/protocol.ts';
import type { Socket } from 'socket.io-client';
import { AGAIN_MS, PASSING } from '../../web/src/net/request.ts';
import { sendCommand } from '../support/cluster/control.ts';
import { type Collector, pathTo, startCollector } from '../support/collector.ts';
import { api, createVisit, signIn, type Visit } from '../support/rest.ts';
import { ask, connect } from '../support/room-client.ts';
import { demoAccounts } from '../support/server.ts';
import { until } from '../support/wait.ts';

const root = path.resolve(import.meta.dirname, '../..');

let folder: string;
let cluster: ChildProcess;
let output = '';
let collector: Collector;
const sockets: Socket[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-cluster-'));
  const database = process.env['TEST_MARIADB'] ?? '';
  collector = await startCollector();
  const quick = [
    'ROOM_LEASE_MS=2000',
    `OTEL_EXPORTER_OTLP_ENDPOINT=${collector.url}`,
    'OTEL_TRACES_SAMPLER_ARG=1',
    'OTEL_BSP_SCHEDULE_DELAY=100',
  ];
  const options = ['--nodes=2', '--port=0', `--database=${database}`, `--folder=${folder}`, ...quick.map((setting) => `--set=${setting}`)];
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'] };
  cluster = spawn(process.execPath, ['scripts/cluster.ts', ...options], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [cluster.stdout, cluster.stderr]) stream?.on('data', (chunk: Buffer) => void (output += chunk.toString()));
  await until('the cluster to be ready', () => output.includes('\njobs\t') || cluster.exitCode !== null, 90_000, 100);
  expect(output).toContain('The cluster is ready');
});
afterAll(async () => {
  for (const socket of sockets) socket.disconnect();
  // In order, also after a failure: nodes of a cluster that is killed live on.
  if (cluster.exitCode === null) {
    const ended = new Promise((resolve) => cluster.once('exit', resolve));
    cluster.kill('SIGTERM');
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
  await collector.close();
});

interface Line {
  name: string;
  roles: string;
  state: string;
  url: string;
}

async function status(): Promise<Line[]> {
  const lines = (await sendCommand(folder, ['status'])).split('\n').slice(1);
  return lines.map((line) => {
    const [name = '', roles = '', state = '', url = ''] = line.split('\t');
    return { name, roles, state, url };
  });
}

async function metric({ url }: Line, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}

/** Comes in through the balancer, as a page does: what is refused for the moment only is asked again on the same connection. */
async function enter(
  url: string,
  { id }: Visit,
  { token }: { token: string },
  deviceId: string,
): Promise<{ socket: Socket; room: InRoom }> {
  const socket = await connect(url, token);
  sockets.push(socket);
  const join = { consultationId: id, deviceId, rtpCapabilities: null, mediaSessionId: null, chatAfterSeq: 0 };
  const tryToJoin = async (): Promise<InRoom> => {
    try {
      return (await ask(socket, 'room:join', join)) as InRoom;
    } catch (error) {
      const { message } = error as Error;
      if (!PASSING.some((code) => message.endsWith(`: ${code}`))) throw error;
      // Why a room refuses, its node tells its log only.
      console.warn(message, ...(await Promise.all(['1', '2'].map((node) => sendCommand(folder, ['log', node])))));
      await sleep(AGAIN_MS);
      return tryToJoin();
    }
  };
  try {
    return { socket, room: await tryToJoin() };
  } catch (error) {
    socket.disconnect();
    throw error;
  }
}

/** One trace of a message from the node without the room to the row in the database, and nothing that anybody said in it. */
async function seesTheTrace(visitId: string): Promise<void> {
  const trace = await until('the trace to be sent by both nodes', () => {
    const spans = collector.spans();
    const paths = spans.filter(({ name }) => name === 'INSERT chat_messages').map((span) => pathTo(span, spans));
    return paths.find((found) => found[0]?.name === 'socket chat:send' && found[0].node !== found.at(-1)?.node);
  });
  const names = ['socket chat:send', 'bus ask', 'bus ask', 'room chat:send', 'chat commit', 'INSERT chat_messages'];
  expect(trace.map(({ name }) => name)).toEqual(names);
  const [asking, , , owning] = trace;
  expect(trace.map(({ node }) => node === asking?.node)).toEqual([true, true, false, false, false, false]);
  expect(asking?.attributes).toMatchObject({ 'wenzhen.room_id': visitId, 'wenzhen.request_id': expect.stringMatching(/:\d+$/) });
  expect(owning?.attributes).toMatchObject({ ...asking?.attributes, 'wenzhen.epoch': expect.any(Number) });
  expect(trace[1]?.attributes['wenzhen.peer_node']).toBe(owning?.node);
  expect(collector.text()).not.toMatch(/金丝雀|您好/);
}

test('a room is reached from both nodes through the balancer; it moves when its node stops, and goes on when its node is killed', async () => {
  const url = /ready: (\S+)/.exec(output)?.[1] ?? '';
  const site = { url, ...demoAccounts(output) };
  const visit = await createVisit(site);
  const doctor = await enter(url, visit, visit.doctor, 'desk');
  const patient = await enter(url, visit, visit.patient, 'phone');
  expect(patient.room.room.peers).toHaveLength(2);
  await ask(doctor.socket, 'chat:send', { text: '您好', clientMessageId: 'first' });
  // One of the two is not connected to the node that has the room.
  await ask(patient.socket, 'chat:send', { text: '金丝雀在唱', clientMessageId: 'second' });
  await seesTheTrace(visit.id);

  const nodes = await status();
  expect(nodes.map(({ name, roles, state }) => [name, roles, state])).toEqual([
    ...[['1', 'api,rooms', 'ready'] as const, ['2', 'api,rooms', 'ready'] as const, ['jobs', 'jobs', 'ready'] as const],
  ]);
  const ofNodes = (name: string): Promise<number[]> => Promise.all(nodes.map((node) => metric(node, name)));
  expect(await ofNodes('rooms_sockets')).toEqual([1, 1, 0]);
  const open = await ofNodes('rooms_open');
  expect(open.filter(Boolean)).toEqual([1]);
  // The job worker takes neither API calls nor sockets.
  const worker = nodes[2]?.url ?? '';
  expect((await fetch(`${worker}/api/v1/clinic`)).status).toBe(404);
  await expect(connect(worker, visit.doctor.token)).rejects.toThrow();
  // What it does reaches pages all the same.
  const told = new Promise((resolve) => patient.socket.once('notification:new', resolve));
  const { token } = await signIn(site, site.administrator);
  const words = { zh: '停诊通知', en: 'Closed' };
  await api(site, 'POST', '/announcements', { token, body: { title: words, body: words, audience: { roles: ['patient'] } } });
  await told;

  const [owner, other] = (open[0] === 1 ? nodes : nodes.toSpliced(2).toReversed()) as [Line, Line];
  const stopped = sendCommand(folder, ['stop', owner.name]);
  await until('it to say that it leaves', async () => (await fetch(`${owner.url}/health/ready`)).status === 503);
  expect((await fetch(`${owner.url}/health/live`)).status).toBe(200);
  await stopped;
  // Nobody has come back yet, or had to.
  expect(await metric(other, 'rooms_open')).toBe(1);
  expect((await status()).find(({ name }) => name === owner.name)?.state).toBe('down');
  const moved = await until('the doctor to be back', () => enter(url, visit, visit.doctor, 'desk'), 20_000, 250);
  expect(moved.room.self.peerId).toBe(doctor.room.self.peerId);

  await sendCommand(folder, ['start', owner.name]);
  expect(await sendCommand(folder, ['kill', other.name])).toBe(`kill ${other.name}: done`);
  const back = await until('the room to open elsewhere', () => enter(url, visit, visit.doctor, 'desk'), 20_000, 250);
  expect(back.room.chat.messages.map(({ text }) => text)).toEqual(['您好', '金丝雀在唱']);
  expect(await sendCommand(folder, ['log', owner.name])).toContain(url);
  await expect(sendCommand(folder, ['kill', '3'])).rejects.toThrow('no node 3');

  const ended = new Promise((resolve) => cluster.once('exit', resolve));
  cluster.kill('SIGINT');
  expect(await ended).toBe(0);
  await expect(sendCommand(folder, ['status'])).rejects.toThrow('no cluster runs');
  for (const node of nodes) await expect(fetch(node.url)).rejects.toThrow();
});
