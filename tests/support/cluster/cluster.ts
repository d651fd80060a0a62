/**
 * A whole cluster as plain processes of one machine: MariaDB, Redis, some nodes and a job worker, behind a balancer. For
 * `npm run cluster` and for tests. Nothing of it outlives `close()`.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Gate, startGate } from '../gate.ts';
import { createDatabase, freePort, startMariaDb } from '../mariadb.ts';
import { startRedis } from '../redis.ts';
import { launchNode, type TestNode } from '../server.ts';
import { startProxy } from './proxy.ts';

export interface ClusterOptions {
  /** Nodes with every role but jobs. */
  nodes: number;
  /** Port of the balancer; 0 takes a free one. */
  port?: number;
  /** A server of databases, in which a new one is made; default: one of the cluster's own. */
  databaseServer?: string;
  /** Settings of every node, on top of the cluster's. */
  env?: Record<string, string>;
}

/** What a node's way leads to. */
export type Side = 'redis' | 'database';

export interface ClusterNode {
  /** `1`, `2`, … and `jobs` */
  name: string;
  roles: string;
  process: TestNode;
  paused: boolean;
  /** Its own network to what the nodes share. */
  gates: Record<Side, Gate>;
  cut: Set<Side>;
}

export interface RunningCluster {
  /** Of the balancer. */
  url: string;
  redisUrl: string;
  databaseUrl: string;
  nodes: readonly ClusterNode[];
  /** @throws when there is no such node */
  node(name: string): ClusterNode;
  close(): Promise<void>;
}

/** Starts everything and waits until every node is ready. What was started before something failed is ended again. */
export async function startCluster({ nodes: count, port = 0, databaseServer, env = {} }: ClusterOptions): Promise<RunningCluster> {
  const opened: (() => Promise<unknown>)[] = [];
  const launched: TestNode[] = [];
  const ways: Gate[] = [];
  const close = async (): Promise<void> => {
    for (const end of opened.splice(0).toReversed()) await end();
  };
  try {
    const [redis, server] = await Promise.all([
      startRedis(undefined, { apart: true }),
      databaseServer ? null : startMariaDb({ apart: true }),
    ]);
    opened.push(() => redis.stop());
    if (server) opened.push(() => server.stop());
    const databaseUrl = await createDatabase(databaseServer ?? server?.url ?? '');
    const files = await mkdtemp(path.join(tmpdir(), 'wenzhen-files-'));
    opened.push(() => rm(files, { recursive: true, force: true }));
    const proxyPort = port || (await freePort());
    const shared = {
      ...{ NODE_ENV: 'development', DEMO: 'false', FILES_DIR: files, PUBLIC_URL: `http://localhost:${proxyPort}` },
      ...{ JWT_SECRET: key(), DATA_KEYS: `k1:${key()}`, BLIND_INDEX_KEY: key() },
      ...env,
    };
    opened.push(() => Promise.all(ways.map((way) => way.close())));
    // All at once, as a Ctrl-C has it.
    opened.push(() => Promise.all(launched.map((node) => node.close())));
    const start = async (name: string, roles: string, more: Record<string, string> = {}): Promise<ClusterNode> => {
      const gates = await openGates({ redis: redis.url, database: databaseUrl });
      ways.push(gates.redis, gates.database);
      const addresses = { REDIS_URL: through(redis.url, gates.redis), DATABASE_URL: through(databaseUrl, gates.database) };
      const node = await launchNode({ ...shared, ...addresses, ROLES: roles, NODE_NAME: `node-${name}`, ...more });
      launched.push(node);
      await node.start();
      return { name, roles, process: node, paused: false, gates, cut: new Set() };
    };
    const rooms = Array.from({ length: count }, (_none, index) =>
      start(String(index + 1), 'api,rooms', index === 0 ? { DEMO: 'true' } : {}),
    );
    const started = await Promise.allSettled([...rooms, start('jobs', 'jobs')]);
    for (const one of started) if (one.status === 'rejected') throw one.reason;
    const nodes = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const proxy = await startProxy(
      nodes.filter(({ name }) => name !== 'jobs').map(({ process }) => process),
      proxyPort,
    );
    opened.push(() => proxy.close());
    return { url: shared.PUBLIC_URL, redisUrl: redis.url, databaseUrl, nodes, node: (name) => named(nodes, name), close };
  } catch (error) {
    await close();
    throw error;
  }
}

const key = (): string => randomBytes(32).toString('hex');

const portOf = (url: string): number => Number(new URL(url).port);

async function openGates(urls: Record<Side, string>): Promise<Record<Side, Gate>> {
  const [redis, database] = await Promise.all([startGate(portOf(urls.redis)), startGate(portOf(urls.database))]);
  return { redis, database };
}

/** The same address by another way. */
function through(url: string, { port }: Gate): string {
  const way = new URL(url);
  way.port = String(port);
  return way.href.replace(/\/$/, '');
}

function named(nodes: readonly ClusterNode[], name: string): ClusterNode {
  const found = nodes.find((node) => node.name === name);
  if (!found) throw new Error(`there is no node ${name}; there are ${nodes.map((node) => node.name).join(', ')}`);
  return found;
}
