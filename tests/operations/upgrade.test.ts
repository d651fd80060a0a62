/** deploy/upgrade.sh on a site of processes: a version after the other, back when one does not come up, and somebody answers all the time. */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { projectRoot } from '#tests/scripts/workplace.ts';
import { newMariaDb } from '#tests/support/databases.ts';
import { freePort } from '#tests/support/mariadb.ts';
import { production, program } from '#tests/support/program.ts';
import { type RedisServer, startRedis } from '#tests/support/redis.ts';

const NAMES = ['app-1', 'app-2', 'jobs'] as const;

let folder: string;
let redis: RedisServer;
const nodes = new Map<string, Record<string, string>>();

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-upgrade-'));
  redis = await startRedis();
  const shared = { ...production, DATABASE_URL: await newMariaDb(), REDIS_URL: redis.url, FILES_DIR: path.join(folder, 'files') };
  for (const name of ['nodes', 'releases', 'releases/broken']) await mkdir(path.join(folder, name));
  for (const version of ['one', 'two']) await symlink(projectRoot, path.join(folder, 'releases', version));
  for (const name of NAMES) {
    const own = {
      NODE_NAME: name,
      DATA_DIR: path.join(folder, name),
      PORT: String(await freePort()),
      MEDIA_WORKERS: '1',
      PROFILE_SECONDS: '1',
    };
    const settings = { ...shared, ...own, HOST: '127.0.0.1', ROLES: name === 'jobs' ? 'jobs' : 'api,rooms' };
    nodes.set(name, settings);
    const lines = Object.entries(settings).map(([key, value]) => `${key}='${value}'\n`);
    await writeFile(path.join(folder, 'nodes', `${name}.env`), lines.join(''));
  }
}, 60_000);

afterAll(async () => {
  for (const env of nodes.values()) await program(['stop'], env);
  await redis.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

/** Runs the script on this site. */
function upgrade(words: readonly string[], more: Record<string, string> = {}): Promise<{ code: number; output: string }> {
  const own = { RELEASES: path.join(folder, 'releases'), NODES: path.join(folder, 'nodes'), PAUSE: '1', PATIENCE: '60', ...more };
  const env = { PATH: `${path.dirname(process.execPath)}:${process.env.PATH}`, HOME: process.env.HOME, ...own };
  const args = [path.join(projectRoot, 'deploy/upgrade.sh'), path.join(projectRoot, 'deploy/sites/processes.sh'), ...words];
  const { promise, resolve } = Promise.withResolvers<{ code: number; output: string }>();
  execFile('bash', args, { env }, (error, stdout, stderr) =>
    resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr }),
  );
  return promise;
}

async function running(): Promise<(string | undefined)[]> {
  const revision = async (name: string): Promise<string | undefined> => {
    const answer = await fetch(`http://127.0.0.1:${nodes.get(name)?.['PORT']}/info`);
    return ((await answer.json()) as { data: { revision?: string } }).data.revision;
  };
  return Promise.all(NAMES.map(revision));
}

/** Does `work`, and asks the balanced nodes in turn meanwhile. @returns how often nobody was ready */
async function watched(work: Promise<unknown>): Promise<number> {
  let silent = 0;
  let over = false;
  const watching = (async () => {
    while (!over) {
      const ready = (name: string): Promise<boolean> =>
        fetch(`http://127.0.0.1:${nodes.get(name)?.['PORT']}/health/ready`).then(
          ({ ok }) => ok,
          () => false,
        );
      if (!(await Promise.all([ready('app-1'), ready('app-2')])).includes(true)) silent++;
      await delay(200);
    }
  })();
  await work.finally(() => (over = true));
  await watching;
  return silent;
}

test('brings a site up, to the next version, not to a broken one, and back', async () => {
  expect(await upgrade(['check'])).toMatchObject({ code: 1, output: expect.stringContaining('jobs is not ready') });
  expect(await upgrade(['to', 'one'])).toMatchObject({ code: 1, output: expect.stringContaining('nothing was changed') });
  expect(await upgrade(['to', 'one'], { FORCE: '1' })).toMatchObject({ code: 0 });
  expect(await upgrade(['check'])).toEqual({ code: 0, output: 'jobs\tone\tup\napp-1\tone\tup\napp-2\tone\tup\n' });
  expect(await upgrade(['to', 'none'])).toMatchObject({ code: 1, output: expect.stringContaining('there is no folder') });

  const next = upgrade(['to', 'two']);
  expect(await watched(next)).toBe(0);
  expect(await next).toMatchObject({ code: 0 });
  expect(await running()).toEqual(['two', 'two', 'two']);

  const broken = upgrade(['to', 'broken']);
  expect(await watched(broken)).toBe(0);
  expect(await broken).toMatchObject({ code: 1, output: expect.stringContaining('everything is in two again') });
  expect(await running()).toEqual(['two', 'two', 'two']);

  const profiled = await program(['profile'], nodes.get('app-1') ?? {});
  expect(profiled).toEqual({ code: 0, output: expect.stringMatching(/\.cpuprofile\n$/) });
  const { nodes: calls } = JSON.parse(await readFile(profiled.output.trim(), 'utf8')) as { nodes: unknown[] };
  expect(calls.length).toBeGreaterThan(10);

  expect(await upgrade(['back'])).toMatchObject({ code: 0 });
  expect(await running()).toEqual(['one', 'one', 'one']);
  const lines = (await readFile(path.join(folder, 'releases/releases.log'), 'utf8')).trim().split('\n');
  expect(lines.map((line) => line.split('\t').slice(1).join(' '))).toEqual([
    ...['one begun, from nothing', 'one done', 'two begun, from one', 'two done', 'broken begun, from two'],
    ...['broken failed: jobs does not come up in broken', 'two returned', 'one begun, from two', 'one done'],
  ]);
}, 240_000);
