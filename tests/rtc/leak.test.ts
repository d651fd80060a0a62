import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { until } from '../support/wait.ts';
import { api, createVisit, type Visit } from '../support/rest.ts';
import { ask, connect } from '../support/room-client.ts';
import { startServer, type TestServer } from '../support/server.ts';
import type { RequestInput } from '#rooms/protocol.ts';

const JOINS = 1_000;
const AT_ONCE = 8;
/** Collects garbage when it is asked to: by itself a server with nothing to do may keep it for minutes. */
const PROBE = pathToFileURL(path.resolve(import.meta.dirname, '../../bench/memory-probe.ts')).href;
let server: TestServer;

beforeAll(async () => {
  server = await startServer({
    NODE_OPTIONS: `--import=${PROBE}`,
    ROOM_SECOND_DEVICE: 'allow',
    ROOM_EMPTY_MS: '500',
    RATE_HTTP_PER_MINUTE: '0',
    RATE_JOIN_PER_10_SECONDS: '100000',
  });
});
afterAll(() => server?.close());

/** Sum of all samples of one metric. */
async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${server.url}/metrics`)).text();
  const samples = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  if (samples.length === 0) throw new Error(`no metric ${name}`);
  return samples.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

type Capabilities = RequestInput<'room:join'>['rtpCapabilities'];

async function joinAndLeave(visit: Visit, rtpCapabilities: Capabilities, token: string): Promise<void> {
  const socket = await connect(server.url, token);
  try {
    await ask(socket, 'room:join', {
      consultationId: visit.id,
      deviceId: randomUUID(),
      rtpCapabilities,
      mediaSessionId: null,
      chatAfterSeq: 0,
    });
    await ask(socket, 'room:leave', {});
  } finally {
    socket.close();
  }
}

async function joins(count: number, visits: Visit[], capabilities: Capabilities): Promise<void> {
  let left = count;
  const one = async (index: number): Promise<void> => {
    while (left-- > 0) {
      const visit = visits[(left + index) % visits.length] as Visit;
      await joinAndLeave(visit, capabilities, left % 2 ? visit.doctor.token : visit.patient.token);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => one(index)));
}

async function heap(): Promise<number> {
  process.kill(server.pid(), 'SIGUSR2');
  await sleep(500);
  return metric('nodejs_heap_size_used_bytes');
}

const settled = () =>
  until(
    'rooms and transports to go',
    async () => (await metric('rooms_open')) + (await metric('media_worker_transports')) === 0,
    15_000,
    200,
  );

test('1,000 joins and leaves: transports, sockets and file descriptors return, and the heap does not grow with them', async () => {
  const visits = [await createVisit(server), await createVisit(server), await createVisit(server), await createVisit(server)];
  const { routerRtpCapabilities } = await api<{ routerRtpCapabilities: Capabilities }>(server, 'GET', '/media/capabilities');
  await joins(200, visits, routerRtpCapabilities);
  await settled();
  const before = { fds: await metric('process_open_fds'), heap: await heap() };
  await joins(JOINS, visits, routerRtpCapabilities);
  await settled();
  await until('file descriptors to return', async () => (await metric('process_open_fds')) <= before.fds + 10, 15_000, 200);
  // A leak of 50 kB a join would stand 50 MB above.
  await until('the heap to return', async () => (await heap()) < before.heap + 25_000_000, 30_000, 500);
});
