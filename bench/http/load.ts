/** Requests to one address as fast as they are answered: autocannon as a process of its own, on the core of the load. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cpuSeconds, pin } from '../processes.ts';

export const CONNECTIONS = 32;
const LOAD = join(import.meta.dirname, '../../node_modules/autocannon/autocannon.js');

export interface Figure {
  /** requests a second */
  rate: number;
  /** microseconds of the server's processor time a request */
  cpu: number;
  /** milliseconds in which 99 of 100 were answered */
  p99: number;
}

interface Report {
  requests: { total: number };
  latency: { p99: number };
  duration: number;
  non2xx: number;
  errors: number;
}

async function load(url: string, token: string | null, seconds: number): Promise<Report> {
  const header = token === null ? [] : ['-H', `authorization=Bearer ${token}`];
  const args = ['--json', '-c', String(CONNECTIONS), '-d', String(seconds), ...header, url];
  const running = promisify(execFile)(process.execPath, [LOAD, ...args], { maxBuffer: 1 << 24 });
  pin(running.child.pid ?? 0, 'load');
  return JSON.parse((await running).stdout) as Report;
}

/** Warms up for a second and measures. @throws when a request fails or is refused */
export async function measure(url: string, pid: number, token: string | null, seconds: number): Promise<Figure> {
  pin(pid, 'server');
  await load(url, token, 1);
  const before = cpuSeconds(pid);
  const { requests, latency, duration, non2xx, errors } = await load(url, token, seconds);
  if (non2xx + errors > 0) throw new Error(`${non2xx} refused and ${errors} failed requests to ${url}`);
  return { rate: requests.total / duration, cpu: ((cpuSeconds(pid) - before) * 1e6) / requests.total, p99: latency.p99 };
}
