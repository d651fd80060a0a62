/** One room over two server processes of two media workers each: one person sends, and more receive than any one of them may carry. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Cascade, startCascade } from '../support/cascade.ts';
import { startRedis, type RedisServer } from '../support/redis.ts';
import { until } from '../support/wait.ts';

const PEERS = 24;
/** Tracks that a worker sends at most: one node alone has room for 15 who receive, the pipe to its second worker counted. */
const PER_WORKER = 8;

let redis: RedisServer;
let folder: string;
let cascade: Cascade;

beforeAll(async () => {
  redis = await startRedis();
  folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-files-'));
  cascade = await startCascade({ redisUrl: redis.url, filesDir: folder, perWorker: PER_WORKER });
});
afterAll(async () => {
  await cascade?.close();
  await redis?.stop();
  await rm(folder, { recursive: true, force: true });
});

test('24 people who come through either node all receive the one who sends', async () => {
  const people = await cascade.letIn(PEERS);
  const without = () => people.filter(({ received }) => (received.get(cascade.track)?.packets() ?? 0) < 5).length;
  await until('packets at everybody', () => without() === 0, 60_000, 250);
  expect(people).toHaveLength(PEERS);
});
