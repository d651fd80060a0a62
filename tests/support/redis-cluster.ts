/** A Redis Cluster of one's own: three masters with a replica each, which end with the test file. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { freePort } from './mariadb.ts';
import { until } from './wait.ts';

export interface RedisCluster {
  /** As `REDIS_URL` wants it. */
  urls: string;
  /** Port of the server that has the keys of a tag now. */
  ownerOf(tag: string): Promise<number>;
  /** kill -9; its replica takes over. */
  kill(port: number): Promise<void>;
  /** Stops it without an end (SIGSTOP), as a disk that hangs does; its replica takes over. */
  freeze(port: number): Promise<void>;
  /** Lets those that were stopped go on, as replicas. */
  thaw(): Promise<void>;
  /** Has a replica of the server take its place, while the server lives on as replica. */
  demote(port: number): Promise<void>;
  stop(): Promise<void>;
}

/** In ms; half as much is needed at least, a second on busy machines. */
const NODE_TIMEOUT = '1000';

/** @param servers half of them replicas */
export async function startRedisCluster(servers = 6): Promise<RedisCluster> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-redis-'));
  const running = new Map<number, ChildProcess>();
  const frozen = new Map<number, ChildProcess>();
  for (let index = 0; index < servers; index++) {
    const [port, bus] = [await freePort(), await freePort()];
    const own = ['--port', String(port), '--cluster-port', String(bus), '--dir', folder, '--cluster-config-file', `${port}.conf`];
    const cluster = ['--cluster-enabled', 'yes', '--cluster-node-timeout', NODE_TIMEOUT, '--cluster-replica-validity-factor', '0'];
    const plain = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--repl-diskless-sync-delay', '0'];
    running.set(port, spawn('/usr/bin/redis-server', [...own, ...cluster, ...plain], { stdio: 'ignore' }));
  }
  const ports = [...running.keys()];
  async function ask<T>(port: number, question: (client: Redis) => Promise<T>): Promise<T> {
    const client = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null, maxRetriesPerRequest: 0 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await question(client);
    } finally {
      client.disconnect();
    }
  }
  const linesOf = async (port: number): Promise<string[][]> =>
    (await ask(port, (client) => client.cluster('NODES') as Promise<string>))
      .trim()
      .split('\n')
      .map((line) => line.split(' '));
  const living = (): number => [...running.keys()][0] ?? 0;
  async function kill(port: number): Promise<void> {
    const server = running.get(port) ?? frozen.get(port);
    running.delete(port);
    frozen.delete(port);
    const ended = new Promise((done) => server?.once('exit', done));
    server?.kill('SIGKILL');
    await ended;
  }
  const portOf = (line: readonly string[]): number => Number(/:(\d+)/.exec(line[1] ?? '')?.[1]);

  for (const port of ports) await until('Redis to answer', () => ask(port, (client) => client.ping()));
  const addresses = ports.map((port) => `127.0.0.1:${port}`);
  await promisify(execFile)('redis-cli', ['--cluster', 'create', ...addresses, '--cluster-replicas', '1', '--cluster-yes']);
  for (const port of ports)
    await until('every server to know the cluster and its replicas', async () => {
      const whole = await ask(port, (client) => client.cluster('INFO') as Promise<string>);
      const replication = await ask(port, (client) => client.info('replication'));
      return whole.includes('cluster_state:ok') && /connected_slaves:1|master_link_status:up/.test(replication);
    });

  return {
    urls: addresses
      .slice(0, 3)
      .map((address) => `redis://${address}`)
      .join(','),
    async ownerOf(tag) {
      const slot = await ask(living(), (client) => client.cluster('KEYSLOT', tag));
      const within = (range: string): boolean => {
        const [from, to = from] = range.split('-').map(Number);
        return from! <= slot && slot <= to!;
      };
      const owner = (await linesOf(living())).find((line) => line[2]?.includes('master') && line.slice(8).some(within));
      return portOf(owner ?? []);
    },
    kill,
    async freeze(port) {
      const server = running.get(port);
      running.delete(port);
      if (server) frozen.set(port, server);
      server?.kill('SIGSTOP');
    },
    async thaw() {
      for (const [port, server] of frozen) {
        server.kill('SIGCONT');
        running.set(port, server);
        frozen.delete(port);
        await until('it to follow who took its place', async () =>
          (await ask(port, (client) => client.info('replication'))).includes('master_link_status:up'),
        );
      }
    },
    async demote(port) {
      const lines = await linesOf(port);
      const own = lines.find((line) => line[2]?.includes('myself'))?.[0];
      const replica = portOf(lines.find((line) => line[3] === own) ?? []);
      await ask(replica, (client) => client.cluster('FAILOVER'));
    },
    async stop() {
      for (const port of [...running.keys(), ...frozen.keys()]) await kill(port);
      await rm(folder, { recursive: true, force: true });
    },
  };
}
