import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse, parseAllDocuments } from 'yaml';
import { loadConfig, settings } from '#config/index.ts';
import { projectRoot } from './workplace.ts';

interface Service {
  image: string;
  environment?: Record<string, string>;
  ports?: string[];
  profiles?: string[];
  healthcheck?: { interval: string; timeout: string; retries: number; start_period?: string };
  depends_on?: Record<string, { condition: string }>;
  networks?: string[] | Record<string, unknown>;
}

interface Manifest {
  kind: string;
  spec: {
    template?: {
      spec: { containers: { env?: { name: string; value?: string }[] }[]; terminationGracePeriodSeconds?: number };
    };
  };
}

const read = (path: string) => readFileSync(join(projectRoot, path), 'utf8');
const SECRET = '0123456789abcdef'.repeat(4);

/** Values of `deploy/env.example`, with its empty ones filled in. */
const variables = Object.fromEntries(
  [...read('deploy/env.example').matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value || SECRET]),
);

/** Puts the variables in, as Compose does: `${A}`, `${A:-default}`, `${A:?complaint}`. */
function interpolate(text: string): string {
  return text.replace(/(?<!\$)\$\{([A-Z_]+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind?: string, rest?: string) => {
    const value = variables[name] ?? (kind === '-' ? rest : undefined);
    if (value === undefined) throw new Error(`${name} is in compose.yaml, but not in deploy/env.example`);
    return value;
  });
}

const { services } = parse(interpolate(read('compose.yaml')), { merge: true }) as { services: Record<string, Service> };
const nodes = ['app-1', 'app-2', 'app-3'].map((name) => services[name] as Service);
const jobs = services['jobs'] as Service;

describe('compose.yaml', () => {
  test('gives each node an environment that the server accepts', () => {
    for (const { environment } of [...nodes, jobs]) {
      const unknown = Object.keys(environment ?? {}).filter((name) => name !== 'TZ' && !(name in settings.shape));
      expect(unknown).toEqual([]);
      expect(loadConfig(environment)).toMatchObject({ NODE_ENV: 'production', TRUST_PROXY: 1, JWT_SECRET: SECRET });
    }
  });

  test('runs three nodes for people and a worker that takes every job, which nothing outside reaches', () => {
    for (const { environment } of nodes) expect(loadConfig(environment).ROLES).toEqual(['api', 'rooms']);
    expect(loadConfig(jobs.environment).ROLES).toEqual(['jobs']);
    expect(jobs.ports).toBeUndefined();
    expect(
      Object.values(services)
        .map(({ profiles }) => profiles)
        .filter(Boolean),
    ).toEqual([]);
  });

  test('publishes exactly the media ports of each node, on UDP and TCP, and they do not overlap', () => {
    const first = nodes.map(({ environment, ports }) => {
      const { MEDIA_PORT: from, MEDIA_WORKERS: workers } = loadConfig(environment);
      const range = `${from}-${from + workers - 1}`;
      expect(ports).toEqual([`${range}:${range}/udp`, `${range}:${range}/tcp`]);
      return { from, to: from + workers - 1 };
    });
    for (const [index, { to }] of first.entries()) expect(to).toBeLessThan(first[index + 1]?.from ?? Infinity);
  });

  test('checks health as OPS-02 says and waits for what it needs', () => {
    const { mysql, redis } = services;
    expect(mysql?.healthcheck).toMatchObject({ timeout: '20s', retries: 10 });
    expect(redis?.healthcheck).toMatchObject({ interval: '10s', timeout: '5s', retries: 5 });
    for (const node of [...nodes, jobs]) {
      expect(node.healthcheck).toMatchObject({ interval: '30s', timeout: '10s', retries: 3, start_period: '40s' });
      expect(node.depends_on).toEqual({ mysql: { condition: 'service_healthy' }, redis: { condition: 'service_healthy' } });
    }
  });

  test('publishes neither database nor Redis', () => {
    expect(services['mysql']).toMatchObject({ networks: ['back'] });
    expect(services['redis']).toMatchObject({ networks: ['back'] });
    expect(services['mysql']?.ports ?? services['redis']?.ports).toBeUndefined();
  });

  test('publishes the relay ports that coturn uses', () => {
    const conf = read('deploy/coturn/turnserver.conf');
    const [min, max] = ['min-port', 'max-port'].map((name) => conf.match(new RegExp(`^${name}=(\\d+)$`, 'm'))?.[1]);
    expect(services['coturn']?.ports).toContain(`${min}-${max}:${min}-${max}/udp`);
  });
});

describe('deploy/swarm.yaml and deploy/kubernetes', () => {
  const unknown = (names: readonly string[]) => names.filter((name) => name !== 'TZ' && !(name in settings.shape));

  test('name settings that exist, and run three nodes that are updated one at a time, ten seconds apart', () => {
    const swarm = parse(read('deploy/swarm.yaml'), { merge: true }) as { services: Record<string, Service & { deploy: object }> };
    expect(Object.values(swarm.services).flatMap(({ environment = {} }) => unknown(Object.keys(environment)))).toEqual([]);
    const update_config = expect.objectContaining({ parallelism: 1, delay: '10s', failure_action: 'rollback' });
    expect(swarm.services['app']?.deploy).toMatchObject({ replicas: 3, update_config, restart_policy: { condition: 'on-failure' } });
  });

  test('give pods settings that exist, and longer to end than the server takes', () => {
    const documents = ['api', 'rooms', 'jobs', 'every-pod'].flatMap((name) =>
      parseAllDocuments(read(`deploy/kubernetes/${name}.yaml`)).map((document) => document.toJS() as Manifest),
    );
    const pods = documents.flatMap(({ spec }) => spec.template?.spec ?? []);
    const containers = pods.flatMap((pod) => pod.containers);
    expect(unknown(containers.flatMap(({ env = [] }) => env.map(({ name }) => name)))).toEqual([]);
    expect(containers.flatMap(({ env = [] }) => env.flatMap(({ name, value }) => (name === 'ROLES' ? value : [])))).toEqual([
      'api',
      'rooms',
      'jobs',
    ]);
    expect(unknown([...read('deploy/kubernetes/secrets.env.example').matchAll(/^(\w+)=/gm)].map(([, name = '']) => name))).toEqual([]);
    const { SHUTDOWN_TIMEOUT_MS } = loadConfig({});
    expect(pods.flatMap((pod) => pod.terminationGracePeriodSeconds ?? [])[0]).toBeGreaterThan(SHUTDOWN_TIMEOUT_MS / 1_000 + 5);
    expect(documents.filter(({ kind }) => kind === 'HorizontalPodAutoscaler')).toHaveLength(3);
  });
});

describe('Dockerfile', () => {
  const text = read('Dockerfile');

  test('sets an environment that the server accepts once it has a secret', () => {
    const block = text.replaceAll('${REVISION}', 'unknown').match(/^ENV ((?:.*\\\n)*.*)$/m)?.[1] ?? '';
    const environment = Object.fromEntries([...block.matchAll(/([A-Z_]+)=(\S+)/g)].map(([, name, value]) => [name, value]));
    expect(Object.keys(environment).filter((name) => name !== 'TZ' && !(name in settings.shape))).toEqual([]);
    expect(environment).toMatchObject({ TZ: 'Asia/Shanghai', NODE_ENV: 'production' });
    expect(() => loadConfig(environment)).toThrow('JWT_SECRET');
    expect(loadConfig({ ...environment, JWT_SECRET: SECRET, DATA_KEYS: `k1:${'0'.repeat(64)}`, BLIND_INDEX_KEY: SECRET })).toMatchObject({
      PORT: 8080,
      MEDIA_PORT: 40_000,
    });
  });

  test('runs as another user than root, on port 8080, with the health check of OPS-01', () => {
    expect(text).toMatch(/^USER node$/m);
    expect(text).toMatch(/^EXPOSE 8080 /m);
    expect(text).toContain('HEALTHCHECK --interval=30s --timeout=3s --start-period=5s --retries=3 CMD ["node", "scripts/healthcheck.mjs"]');
  });

  test('copies every folder that the server is made of', () => {
    const copied = [...text.matchAll(/^COPY --from=build \/app\/(\S+)/gm)].map(([, path]) => path);
    expect(copied).toEqual(expect.arrayContaining(['package.json', 'node_modules', 'config', 'sfu', 'rooms', 'src', 'web/dist']));
  });
});

describe('scripts/healthcheck.mjs', () => {
  const probe = (port: number, ...path: string[]) =>
    promisify(execFile)(process.execPath, [join(projectRoot, 'scripts/healthcheck.mjs'), ...path], {
      env: { PORT: String(port) },
    }).then(
      () => 0,
      (error: { code: number }) => error.code,
    );

  test('succeeds on 200 and fails on anything else', async () => {
    const server = createServer((request, response) => response.writeHead(request.url === '/health/live' ? 200 : 503).end());
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    expect(await Promise.all([probe(port), probe(port, '/health/live'), probe(port, '/health/ready')])).toEqual([0, 0, 1]);
    await new Promise((resolve) => server.close(resolve));
    expect(await probe(port)).toBe(1);
  });
});

describe('.ci/run', () => {
  test('is a script that bash can parse', () => {
    execFileSync('bash', ['-n', join(projectRoot, '.ci/run')]);
  });
});
