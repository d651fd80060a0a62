/** The network test that can be run before a visit: which ways lead to the media server, and how fast they are. */
import type { Device } from 'mediasoup-client';
import { RequestError } from '../net/request.ts';
import { type Connection, openConnection } from '../net/socket.ts';
import { loadDevice } from './device.ts';
import type { NetworkReport, PathResult } from './network-verdict.ts';
import { clientOptions } from './transport.ts';

const OPEN_MS = 8_000;
const PROBE_MS = 6_000;
/** Bytes per round; another round follows while one was too short to measure. */
const ROUNDS = [200_000, 1_000_000, 4_000_000];
const LONG_ENOUGH_MS = 600;

export type TestProgress = Partial<NetworkReport>;

/**
 * Runs the whole test.
 * @param token of the user or guest
 * @param progress told with each part as it is known
 * @throws {RequestError} when the server cannot be reached or refuses the token
 */
export async function runNetworkTest(token: string, progress: (part: TestProgress) => void): Promise<NetworkReport> {
  const connection = await opened(token);
  try {
    const device = await loadDevice();
    const known: TestProgress = {};
    const tell = <K extends keyof NetworkReport>(part: K, value: NetworkReport[K]): NetworkReport[K] => {
      known[part] = value;
      progress(known);
      return value;
    };
    const path = async (name: 'udp' | 'tcp' | 'relay'): Promise<PathResult> =>
      tell(name, device ? await probe(connection, device, name) : 'failed');
    return {
      udp: await path('udp'),
      tcp: await path('tcp'),
      relay: await path('relay'),
      downKbps: tell('downKbps', await measure((bytes) => download(token, bytes))),
      upKbps: tell('upKbps', await measure((bytes) => upload(token, bytes))),
    };
  } finally {
    connection.close();
  }
}

function opened(token: string): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const fail = (code: string): void => {
      clearTimeout(deadline);
      connection.close();
      reject(new RequestError(code, 'The test could not start'));
    };
    const connection = openConnection(token, fail);
    const deadline = setTimeout(() => fail('network'), OPEN_MS);
    connection.state.subscribe(() => {
      if (connection.state.get() !== 'open') return;
      clearTimeout(deadline);
      resolve(connection);
    });
  });
}

/** Connects a transport over one path: a data channel is the cheapest thing that makes ICE and DTLS run. */
async function probe({ request }: Connection, device: Device, path: 'udp' | 'tcp' | 'relay'): Promise<PathResult> {
  const { transport: view, iceServers } = await request('probe:open', { path });
  if (path === 'relay' && iceServers.length === 0) return 'absent';
  const transport = device.createSendTransport({
    ...clientOptions(view, path === 'relay' ? iceServers : []),
    iceTransportPolicy: path === 'relay' ? 'relay' : 'all',
  });
  try {
    return await new Promise<PathResult>((resolve) => {
      const deadline = setTimeout(() => resolve('blocked'), PROBE_MS);
      const done = (result: PathResult): void => {
        clearTimeout(deadline);
        resolve(result);
      };
      transport.on('connect', ({ dtlsParameters }, ready, refused) => {
        request('probe:connect', { transportId: transport.id, dtlsParameters }).then(ready, refused);
      });
      transport.on('producedata', (_data, ready) => ready({ id: 'probe' }));
      transport.on('connectionstatechange', (state) => {
        if (state === 'connected') done('works');
        else if (state === 'failed') done('blocked');
      });
      transport.produceData().catch(() => done('failed'));
    });
  } finally {
    transport.close();
  }
}

/** kbit/s of the first round that took long enough, else of the largest; null when a round failed. */
async function measure(round: (bytes: number) => Promise<boolean>): Promise<number | null> {
  let kbps: number | null = null;
  for (const bytes of ROUNDS) {
    const started = performance.now();
    if (!(await round(bytes).catch(() => false))) return kbps;
    const took = performance.now() - started;
    kbps = Math.round((bytes * 8) / took);
    if (took >= LONG_ENOUGH_MS) break;
  }
  return kbps;
}

async function download(token: string, bytes: number): Promise<boolean> {
  const response = await fetch(`/api/v1/network-test/download?bytes=${bytes}`, {
    headers: { authorization: `Bearer ${token}` },
    cache: 'no-store',
  });
  return (await response.arrayBuffer()).byteLength === bytes && response.ok;
}

async function upload(token: string, bytes: number): Promise<boolean> {
  const response = await fetch('/api/v1/network-test/upload', {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    body: new Uint8Array(bytes),
  });
  return response.ok;
}
