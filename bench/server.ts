/** Our real server as a process of its own, with people who are signed in and visits to join. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Account, startServer } from '#tests/support/server.ts';
import { until } from '#tests/support/wait.ts';
import { parentOf } from './processes.ts';

export interface Person {
  id: string;
  token: string;
  /** as the web client keeps it in `sessionStorage` */
  session: { token: string; user: { id: string; name: string; roles: string[] } };
}

export interface Site {
  url: string;
  serverPid: number;
  workerPids: number[];
  doctor: Person;
  patient: Person;
  /** The two people in a session of their own: the server limits the sockets of one. */
  signIn(): Promise<{ doctor: Person; patient: Person }>;
  /** Books a visit that starts now, without a lobby. @returns its id */
  book(): Promise<string>;
  /** What garbage collection leaves in the server's Node, in bytes. */
  memory(): Promise<{ heapUsed: number; external: number; rss: number }>;
  /** Sum of a metric over its labels, as `/metrics` shows it. */
  metric(name: string): Promise<number>;
  close(): Promise<void>;
}

interface Envelope {
  success: boolean;
  message: string;
  data: never;
}

async function call<T>(url: string, path: string, body: object, token?: string): Promise<T> {
  const headers = { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) };
  const answer = (await (await fetch(`${url}/api/v1${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json()) as Envelope;
  if (!answer.success) throw new Error(`${path}: ${answer.message}`);
  return answer.data;
}

async function signIn(url: string, account: Account): Promise<Person> {
  const session = await call<Person['session']>(url, '/auth/login', account);
  return { id: session.user.id, token: session.token, session };
}

/**
 * Starts the server with the limits on requests and joins out of the way; they would measure themselves.
 * @param env further settings
 */
export async function startSite(env: Record<string, string> = {}): Promise<Site> {
  const rates = {
    RATE_HTTP_PER_MINUTE: '1000000000',
    RATE_USER_PER_MINUTE: '0',
    RATE_ROUTE_PER_MINUTE: '0',
    RATE_SOCKET_PER_SECOND: '1000000',
    RATE_JOIN_PER_10_SECONDS: '1000000',
  };
  // Nothing here renews tokens, and the same two people sign in for every pair.
  const unlimited = { ...rates, JWT_TTL_SECONDS: '43200', SESSION_LIMIT: '10000' };
  const probe = pathToFileURL(join(import.meta.dirname, 'memory-probe.ts')).href;
  const server = await startServer({ MEDIA_LISTEN: '127.0.0.1', NODE_OPTIONS: `--import=${probe}`, ...unlimited, ...env });
  const workerPids = await server.workers();
  const people = async () => ({ doctor: await signIn(server.url, server.doctor), patient: await signIn(server.url, server.patient) });
  const { doctor, patient } = await people();
  const serverPid = parentOf(workerPids[0] ?? 0);
  return {
    url: server.url,
    serverPid,
    workerPids,
    doctor,
    patient,
    signIn: people,
    async book() {
      const start = Date.now();
      const visit = {
        title: 'Benchmark',
        patientId: patient.id,
        scheduledStart: new Date(start).toISOString(),
        scheduledEnd: new Date(start + 3_600_000).toISOString(),
        lobby: false,
      };
      return (await call<{ id: string }>(server.url, '/consultations', visit, doctor.token)).id;
    },
    async memory() {
      const told = (): string[] => server.output().match(/^memory .+$/gm) ?? [];
      const before = told().length;
      process.kill(serverPid, 'SIGUSR2');
      const line = await until('the memory report', () => told()[before]);
      return JSON.parse(line.slice('memory '.length)) as { heapUsed: number; external: number; rss: number };
    },
    async metric(name) {
      const text = await (await fetch(`${server.url}/metrics`)).text();
      const lines = text.split('\n').filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
      if (lines.length === 0) throw new Error(`There is no metric ${name}`);
      return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
    },
    close: () => server.close(),
  };
}
