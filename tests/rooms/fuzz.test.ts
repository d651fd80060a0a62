/** Bad input: for every request, in every state of a socket, messages made from a good one and then broken. */
import fc from 'fast-check';
import { roomErrors } from '#rooms/errors.ts';
import { type RequestInput, type RequestName, requests } from '#rooms/protocol.ts';
import type { MemoryVisit } from '#tests/support/memory-ports.ts';
import type { RoomClient, RoomServer } from '#tests/support/room-server.ts';
import { roomSuite } from '#tests/support/room-suite.ts';
import { microphone, receives } from '#tests/support/rtp.ts';

const suite = roomSuite();
const SETTINGS = {
  RATE_SOCKET_PER_SECOND: '1000000',
  RATE_CHAT_PER_10_SECONDS: '1000000',
  RATE_JOIN_PER_10_SECONDS: '1000000',
  ROOM_SECOND_DEVICE: 'allow',
};
/** Each of twenty messages, for each request in each of three states: 8,000 in all. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 4);
/** On a machine that may be busy. */
const TIMEOUT_MS = 22_500 * RUNS;
const BATCH = 20;

const dtlsParameters = {
  role: 'client' as const,
  fingerprints: [{ algorithm: 'sha-256' as const, value: Array(32).fill('AB').join(':') }],
};
const peer = { peerId: 'somebody' };

/** One good payload for each request. */
const good = (visit: MemoryVisit, transportId: string): { [N in RequestName]: RequestInput<N> } => ({
  'session:renew': { token: 'of another session' },
  'room:join': {
    consultationId: visit.consultationId,
    deviceId: 'd',
    rtpCapabilities: receives(suite.media),
    mediaSessionId: null,
    chatAfterSeq: 0,
    audioOnly: false,
    cameraHeld: false,
  },
  'room:leave': {},
  'room:lock': { locked: false },
  'room:end': {},
  'lobby:admit': peer,
  'lobby:admit-all': {},
  'lobby:decline': peer,
  'peer:send-back': peer,
  'peer:kick': peer,
  'peer:mute': { ...peer, source: 'camera' },
  'hand:raise': { raised: true },
  'hand:lower': peer,
  'transport:connect': { transportId, dtlsParameters },
  'transport:restart-ice': { transportId },
  'producer:create': { transportId, ...microphone(), paused: false },
  'producer:close': { producerId: 'p' },
  'producer:pause': { producerId: 'p' },
  'producer:resume': { producerId: 'p' },
  'consumer:resume': { consumerIds: ['c'] },
  'consumer:pause': { consumerIds: ['c', 'd'] },
  'consumer:display': { displays: [{ consumerId: 'c', width: 320, height: 240 }] },
  'data-producer:create': { transportId, sctpStreamParameters: { streamId: 1, ordered: true }, label: 'l', protocol: '' },
  'media:audio-only': { audioOnly: true },
  'media:hold-camera': { held: true },
  'chat:send': { clientMessageId: 'm', text: 'hello' },
  'chat:history': { afterSeq: 0, limit: 10 },
  'recording:ask': {},
  'recording:consent': { recordingId: 'r', consent: true },
  'recording:withdraw': { recordingId: 'r' },
  'recording:stop': { recordingId: 'r' },
  'probe:open': { path: 'udp' },
  'probe:connect': { transportId, dtlsParameters },
});

type Path = (string | number)[];

/** Every place in a value, its root included. */
function places(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, part]) => places(part, [...path, Array.isArray(value) ? Number(key) : key]));
  return [path, ...inner];
}

/** A copy of `value` with the part at `path` replaced; `undefined` removes it. */
function broken(value: unknown, path: Path, part: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return part;
  const copy: Record<string | number, unknown> = Array.isArray(value) ? ([...value] as never) : { ...(value as object) };
  const next = rest.length > 0 ? broken(copy[key], rest, part) : part;
  if (next === undefined && !Array.isArray(value)) delete copy[key];
  else copy[key] = next;
  return copy;
}

const nested = (depth: number): unknown => Array.from({ length: depth }).reduce<unknown>((inner) => ({ a: [inner] }), 'deep');

/** Something that does not belong where it is put: missing, of another type, huge, deep, strange text. */
const wrong = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.constantFrom<unknown>(
      undefined,
      null,
      '',
      0,
      -1,
      1.5,
      1e308,
      2 ** 53,
      true,
      [],
      {},
      [[]],
      'NaN',
      '__proto__',
      'constructor',
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<unknown>(
      'x'.repeat(100_000),
      '诊'.repeat(30_000),
      Array(20_000).fill(0),
      nested(500),
      Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`k${index}`, index])),
    ),
  },
  { weight: 3, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      '\u0000',
      '\uD800',
      '\u202Eabc',
      '👩‍⚕️'.repeat(50),
      "'; DROP TABLE visits; --",
      '<script>',
      '../../etc/passwd',
      '${7*7}',
    ),
  },
  { weight: 3, arbitrary: fc.anything({ maxDepth: 3, withBigInt: false, withTypedArray: false }) },
);

/** As it would arrive: what JSON cannot say is not sent. */
function sendable(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}

/** Requests whose good form would end the test. */
const FINAL: ReadonlySet<RequestName> = new Set<RequestName>(['room:end', 'room:leave']);

async function fuzz(client: RoomClient, name: RequestName, sample: unknown): Promise<void> {
  const message = fc.tuple(fc.constantFrom(...places(sample)), wrong).map(([path, part]) => sendable(broken(sample, path, part)));
  const wanted = message.filter((payload) => !FINAL.has(name) || !requests[name].request.safeParse(payload).success);
  const batch = fc.array(wanted, { minLength: BATCH, maxLength: BATCH });
  await fc.assert(
    fc.asyncProperty(batch, async (payloads) => {
      const answers = await Promise.all(payloads.map((payload) => client.socket.timeout(15_000).emitWithAck(name, payload)));
      for (const answer of answers) {
        if (answer.ok) continue;
        expect(Object.keys(roomErrors)).toContain(answer.error.code);
        expect(['internal', 'deadline']).not.toContain(answer.error.code);
        expect(JSON.stringify(answer).length).toBeLessThan(2_000);
      }
      expect(client.socket.connected).toBe(true);
    }),
    { numRuns: RUNS, endOnFailure: true },
  );
}

const names = Object.keys(requests) as RequestName[];

async function setup(): Promise<{ server: RoomServer; visit: MemoryVisit }> {
  const server = await suite.start(SETTINGS);
  return { server, visit: server.world.visit() };
}

describe('broken messages', () => {
  test(
    'to a socket that has not joined: clear errors, every one answered, no disconnect',
    async () => {
      const { server, visit } = await setup();
      for (const name of names) {
        // A broken join may still be a good one: each request starts from a fresh socket.
        const { client } = await suite.person(server, visit, 'guest');
        await fuzz(client, name, good(visit, 't')[name]);
        client.socket.disconnect();
      }
    },
    TIMEOUT_MS,
  );

  test(
    'to a socket in the lobby',
    async () => {
      const { server, visit } = await setup();
      const { client } = await suite.person(server, visit, 'patient');
      await client.join(visit, { deviceId: 'd' });
      for (const name of names) await fuzz(client, name, good(visit, 't')[name]);
    },
    TIMEOUT_MS,
  );

  test(
    'to a practitioner in the room, with living transports',
    async () => {
      const { server, visit } = await setup();
      const { client } = await suite.person(server, visit, 'practitioner');
      for (const name of names) {
        const { media } = await client.enter(visit, { deviceId: 'd', rtpCapabilities: receives(suite.media) });
        await fuzz(client, name, good(visit, media!.send!.id)[name]);
      }
      expect(suite.media.healthy()).toBe(true);
      await client.ok('chat:send', { clientMessageId: 'last', text: 'still fine' });
    },
    TIMEOUT_MS,
  );

  test(
    'packets that are no messages at all do no harm',
    async () => {
      const { server, visit } = await setup();
      const patient = await suite.person(server, visit, 'patient');
      await patient.client.join(visit);
      for (const frame of [
        '42["room:join"]',
        '42[5,{}]',
        '42[]',
        '4299999999999999999999["x",{}]',
        '42{"a":1}',
        '43[1]',
        '4',
        '9',
        '451-["x",{"_placeholder":true,"num":0}]',
        '42["room:join",',
        '42["disconnect"]',
        '\u0000',
      ]) {
        const other = await server.connect(server.world.token(patient.memberId).token);
        (other.socket.io.engine as unknown as { transport: { ws: { send(data: string): void } } }).transport.ws.send(frame);
        expect(await patient.client.code('room:lock', { locked: true })).toBe('in_lobby');
      }
      expect(server.rooms.stats().rooms).toBe(1);
    },
    TIMEOUT_MS,
  );
});
