/**
 * A route with a token and no database: ours (policy, envelope, request id, limits, metrics, log) against bare Fastify
 * that verifies the same token in the same way, and against one that checks the signature at each request.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTokens } from '#src/auth/tokens.ts';
import { conclude, finish, measurePairs, type Options, readOptions, type Result } from './harness.ts';
import { cpuSeconds, forked, pin } from './processes.ts';
import { startSite } from './server.ts';

const SECRET = 'a secret of the route benchmark, 32 characters or more';
const CONNECTIONS = 32;
const LOAD = join(import.meta.dirname, '../node_modules/autocannon/autocannon.js');

interface Figure {
  /** requests a second */
  rate: number;
  /** microseconds of the server's processor time a request */
  cpu: number;
}

interface Report {
  requests: { total: number };
  duration: number;
  non2xx: number;
  errors: number;
}

async function load(url: string, token: string, seconds: number): Promise<Report> {
  const args = ['--json', '-c', String(CONNECTIONS), '-d', String(seconds), '-H', `authorization=Bearer ${token}`, url];
  const running = promisify(execFile)(process.execPath, [LOAD, ...args], { maxBuffer: 1 << 24 });
  pin(running.child.pid ?? 0, 'load');
  return JSON.parse((await running).stdout) as Report;
}

async function measure(url: string, pid: number, token: string, seconds: number): Promise<Figure> {
  pin(pid, 'server');
  await load(url, token, 1);
  const before = cpuSeconds(pid);
  const { requests, duration, non2xx, errors } = await load(url, token, seconds);
  if (non2xx + errors > 0) throw new Error(`${non2xx} refused and ${errors} failed requests to ${url}`);
  return { rate: requests.total / duration, cpu: ((cpuSeconds(pid) - before) * 1e6) / requests.total };
}

async function compare(kind: 'plain' | 'same', options: Options): Promise<Result[]> {
  const site = await startSite({ JWT_SECRET: SECRET, MEDIA_WORKERS: '1' });
  const bare = await forked<string>(join(import.meta.dirname, 'http/bare.ts'), [SECRET, kind]);
  const own = createTokens(SECRET).forUser(
    { id: 'bench', name: 'Benchmark', roles: ['doctor'] },
    'session',
    new Date(Date.now() + 3_600_000),
  );
  // The twin asks a route that reads the database.
  const path = options.twin ? '/api/v1/consultations' : '/api/v1/auth/session';
  try {
    const pairs = await measurePairs<Figure>(options, {
      bare: () => measure(`${bare.first}/session`, bare.pid, own, options.seconds),
      ours: () => measure(`${site.url}${path}`, site.serverPid, site.doctor.token, options.seconds),
    });
    const how = kind === 'same' ? 'the same verification' : 'the signature checked at each request';
    const only = (name: keyof Figure) => pairs.map((pair) => ({ bare: pair.bare[name], ours: pair.ours[name] }));
    const id = kind === 'same' ? 'JWT-a' : 'JWT-b';
    return [
      conclude(
        { id, what: `JWT route, requests/s, against Fastify with ${how}`, unit: '/s', compare: 'ratio', atLeast: 0.85 },
        only('rate'),
        options,
      ),
      conclude({ id: `${id} CPU`, what: `the same, CPU a request`, unit: 'us', compare: 'ratio', atMost: 1.15 }, only('cpu'), options),
    ];
  } finally {
    await bare.stop();
    await site.close();
  }
}

const options = readOptions({ pairs: 5, seconds: 4 });
console.log(`A route with a token, ${CONNECTIONS} connections`);
finish([...(await compare('same', options)), ...(await compare('plain', options))]);
