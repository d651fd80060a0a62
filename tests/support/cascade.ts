/** One room that outgrows a node: server processes on one MariaDB and one Redis, and people who send nothing. */
import type { RtpCapabilities } from '#sfu/types.ts';
import { SECRET } from './app.ts';
import { createDatabase } from './mariadb.ts';
import { api, createVisit, type Visit } from './rest.ts';
import { enterRoom, type RoomClient } from './room-client.ts';
import { startNode, startServer, type TestNode } from './server.ts';
import { until } from './wait.ts';

export interface Cascade {
  nodes: TestNode[];
  /** What everybody should receive, as `RoomClient.received` names it. */
  track: string;
  /** Lets so many more people in, through one node after the other. @throws when one is not let in */
  letIn(count: number): Promise<RoomClient[]>;
  close(): Promise<void>;
}

interface CascadeOptions {
  redisUrl: string;
  filesDir: string;
  /** Tracks that one worker may send. */
  perWorker: number;
  /** Default 2. */
  nodes?: number;
}

const WORKERS = 2;

/** Starts the nodes, and somebody who sends a camera in a visit without a lobby. */
export async function startCascade({ redisUrl, filesDir, perWorker, nodes: count = 2 }: CascadeOptions): Promise<Cascade> {
  const settings = {
    ...{ DATABASE_URL: await createDatabase(process.env['TEST_MARIADB'] ?? ''), REDIS_URL: redisUrl, FILES_DIR: filesDir },
    ...{ JWT_SECRET: SECRET, DATA_KEYS: `k1:${'1'.repeat(64)}`, BLIND_INDEX_KEY: SECRET },
    ...{ MEDIA_WORKERS: String(WORKERS), MEDIA_WORKER_MAX_CONSUMERS: String(perWorker), MEDIA_WORKER_CPU_LIMIT: '1' },
    // One process plays everybody: it may answer a heartbeat late.
    ...{ ROOM_MAX_PEERS: '250', SOCKET_PING_TIMEOUT_MS: '20000', ROOM_LEASE_MS: '20000' },
    // Whoever comes before the nodes know each other tries again until they do.
    RATE_JOIN_PER_10_SECONDS: '1000',
  };
  const nodes: TestNode[] = [];
  const clients: RoomClient[] = [];
  const others = Array.from({ length: count - 1 }, () => startNode(settings));
  const [first, ...rest] = await Promise.all([startServer(settings), ...others]);
  nodes.push(first, ...rest);
  const close = async (): Promise<void> => {
    for (const client of clients) client.close();
    await Promise.all(nodes.map((node) => node.close()));
  };
  const visit = await createVisit(first);
  const { routerRtpCapabilities: capabilities } = await api<{ routerRtpCapabilities: RtpCapabilities }>(
    first,
    'GET',
    '/media/capabilities',
  );
  const enter = async (node: TestNode, token: string): Promise<RoomClient> => {
    const options = { token, consultationId: visit.id, deviceId: `device-${clients.length}`, capabilities };
    const client = await until('the room to let them in', () => enterRoom(node.url, options), 20_000, 250);
    clients.push(client);
    return client;
  };
  const host = await enter(first, visit.doctor.token);
  await host.publish('camera');
  return {
    nodes,
    track: `${host.peerId}/camera`,
    async letIn(more) {
      const people: RoomClient[] = [];
      for (let index = 0; index < more; index += 1) {
        const { token } = await invite(first, visit, `Guest ${clients.length}`);
        people.push(await enter(nodes[index % nodes.length]!, token));
      }
      return people;
    },
    close,
  };
}

function invite(node: TestNode, visit: Visit, name: string): Promise<{ token: string }> {
  const body = { name, role: 'guest' };
  return api(node, 'POST', `/consultations/${visit.id}/invitations`, { token: visit.doctor.token, body });
}
