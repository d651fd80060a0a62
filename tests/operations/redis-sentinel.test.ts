/** A Redis behind sentinels: when it is lost, commands and jobs go to the one that they name in its place. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Redis } from 'ioredis';
import { connectRedis } from '#src/redis.ts';
import { silentLog } from '#tests/support/app.ts';
import { freePort } from '#tests/support/mariadb.ts';
import { until } from '#tests/support/wait.ts';
import { openQueue } from '#workers/queue.ts';

let folder: string;
const running = new Map<number, ChildProcess>();

async function start(lines: readonly string[], ...flags: string[]): Promise<number> {
  const port = await freePort();
  const file = path.join(folder, `${port}.conf`);
  await writeFile(file, [`port ${port}`, 'bind 127.0.0.1', `dir ${folder}`, ...lines, ''].join('\n'));
  running.set(port, spawn('/usr/bin/redis-server', [file, ...flags], { stdio: 'ignore' }));
  return port;
}

async function answer<T>(port: number, question: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await question(client);
  } finally {
    client.disconnect();
  }
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-sentinel-'));
});
afterAll(async () => {
  for (const server of running.values()) server.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

test('goes on at the replica when the master is killed', async () => {
  const plain = ['save ""', 'appendonly no', 'repl-diskless-sync-delay 0'];
  const master = await start(plain);
  await until('the master', () => answer(master, (client) => client.ping()));
  const replica = await start([...plain, `replicaof 127.0.0.1 ${master}`]);
  await until('the replica', async () => (await answer(replica, (client) => client.info('replication'))).includes('master_link_status:up'));
  const watch = [
    `sentinel monitor main 127.0.0.1 ${master} 2`,
    'sentinel down-after-milliseconds main 1000',
    'sentinel failover-timeout main 5000',
  ];
  const sentinels = await Promise.all([start(watch, '--sentinel'), start(watch, '--sentinel'), start(watch, '--sentinel')]);
  for (const sentinel of sentinels)
    await until(
      'the sentinels to know each other and the replica',
      async () => {
        const about = await answer(sentinel, (client) => client.info('sentinel'));
        return about.includes('slaves=1,sentinels=3');
      },
      20_000,
    );

  const urls = sentinels.map((port, index) => `redis://127.0.0.1:${port}${index === 0 ? '?sentinel=main' : ''}`).join(',');
  const client = connectRedis(urls, silentLog);
  const done = new Set<string>();
  const queue = openQueue(urls, async (id) => void done.add(id), 1, silentLog);
  const works = async (): Promise<boolean> => {
    const id = randomUUID();
    await client.set('key', id);
    await queue.add({ id, topic: 'files.sweep', attempts: 0 });
    await until('the job', () => done.has(id), 2_000);
    return (await client.get('key')) === id;
  };
  try {
    await until('commands and jobs', works);
    running.get(master)?.kill('SIGKILL');
    await until(
      'the replica to be master',
      async () => (await answer(replica, (one) => one.info('replication'))).includes('role:master'),
      20_000,
    );
    await until('commands and jobs to go on there', works, 20_000);
  } finally {
    await queue.close();
    client.disconnect();
  }
}, 90_000);
