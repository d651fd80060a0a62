import { startServer, type TestServer } from '../support/server.ts';
import { enterRoom, type RoomClient } from '../support/room-client.ts';
import { api, createVisit } from '../support/rest.ts';
import { until } from '../support/wait.ts';
import type { RtpCapabilities } from '#sfu/types.ts';

const PEERS = 30;
let server: TestServer;
const clients: RoomClient[] = [];

beforeAll(async () => {
  // One process plays thirty people: it may answer a heartbeat late, and what thirty handshakes at once cost a worker is the machine's affair.
  server = await startServer({ SOCKET_PING_TIMEOUT_MS: '20000', MEDIA_WORKER_CPU_LIMIT: '1' });
});
afterAll(async () => {
  for (const client of clients) client.close();
  await server?.close();
});

test('a room of 30 peers, all with sound and two with video: every one receives every other', async () => {
  const visit = await createVisit(server);
  const { routerRtpCapabilities: capabilities } = await api<{ routerRtpCapabilities: RtpCapabilities }>(
    server,
    'GET',
    '/media/capabilities',
  );
  const tokens = [visit.doctor.token, visit.patient.token];
  for (let guest = tokens.length; guest < PEERS; guest += 1) {
    const invitation = { name: `Guest ${guest}`, role: 'guest' };
    const { token } = await api<{ token: string }>(server, 'POST', `/consultations/${visit.id}/invitations`, {
      token: visit.doctor.token,
      body: invitation,
    });
    tokens.push(token);
  }
  for (const [index, token] of tokens.entries()) {
    const client = await enterRoom(server.url, {
      token,
      consultationId: visit.id,
      deviceId: `device-${index}`,
      capabilities,
      rtc: { quiet: index > 1 },
    });
    clients.push(client);
  }
  await Promise.all(clients.map((client) => client.publish('microphone')));
  await Promise.all(clients.slice(0, 2).map((client) => client.publish('camera')));
  const publishers = clients.map(({ peerId }) => peerId);
  const videos = publishers.slice(0, 2);
  /** Tracks that a peer should get and does not: `<publisher>/<source>`. */
  const missing = ({ peerId, received }: RoomClient): string[] =>
    publishers
      .flatMap((from) => (videos.includes(from) ? [`${from}/microphone`, `${from}/camera`] : [`${from}/microphone`]))
      .filter((track) => !track.startsWith(peerId) && (received.get(track)?.packets() ?? 0) < 3);
  await until(
    'packets of every track at every peer',
    () => {
      const tracks = clients.flatMap(missing);
      if (tracks.length > 0) throw new Error(`${tracks.length} tracks do not arrive`);
      return true;
    },
    60_000,
    250,
  );
  expect(clients.map(({ received }) => received.size)).toEqual(clients.map((_, index) => PEERS - 1 + (index < 2 ? 1 : 2)));
});
