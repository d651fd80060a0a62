/** A clinic that is open around the clock, on one of the two engines, for a journey through its pages. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createDatabase } from './mariadb.ts';
import { startRedis } from './redis.ts';
import { api, signIn, type SignedIn } from './rest.ts';
import { type Account, startServer, type TestServer } from './server.ts';

export type Engine = 'SQLite alone' | 'MariaDB and Redis';
type Role = 'doctor' | 'patient' | 'pharmacist' | 'administrator';

export interface OpenClinic {
  readonly server: TestServer;
  readonly people: Record<Role, SignedIn>;
  /** Puts money on somebody's balance. @param amount yuan */
  topUp(userId: string, amount: number): Promise<void>;
  /** The code in the last text message to a phone, as the demo's inbox shows it. @param phone E.164 */
  codeFor(phone: string): Promise<string>;
  close(): Promise<void>;
}

const ROLES: readonly Role[] = ['doctor', 'patient', 'pharmacist', 'administrator'];

export async function startClinic(engine: Engine): Promise<OpenClinic> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-visit-'));
  const redis = engine === 'SQLite alone' ? null : await startRedis();
  // The MariaDB that this run of the tests has started (`jest/start.ts`).
  const outside = redis ? { DATABASE_URL: await createDatabase(process.env['TEST_MARIADB'] ?? ''), REDIS_URL: redis.url } : {};
  const server = await startServer({ DATA_DIR: folder, RATE_HTTP_PER_MINUTE: '0', ...outside });
  async function close(): Promise<void> {
    await server.close();
    await redis?.stop();
    await rm(folder, { recursive: true, force: true });
  }
  const people = await prepare(server).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  const { token } = people.administrator;

  return {
    server,
    people,
    topUp: (userId, amount) => api(server, 'POST', `/users/${userId}/balance/top-ups`, { token, body: { amount, note: '前台充值' } }),
    async codeFor(phone) {
      const { items } = await api<{ items: { to: string; text: string }[] }>(server, 'GET', '/demo/inbox');
      const code = /\d{6}/.exec(items.find(({ to }) => to === phone)?.text ?? '')?.[0];
      if (!code) throw new Error(`no code was sent to ${phone}`);
      return code;
    },
    close,
  };
}

/** Signs everybody in, the administrator with proof, and opens the doctor's hours. */
async function prepare(server: TestServer): Promise<Record<Role, SignedIn>> {
  const account = (name: Role): Account => {
    const password = new RegExp(`^\\W*${name}\\W+(\\S+)`, 'm').exec(server.output())?.[1];
    if (!password) throw new Error(`no ${name} account was printed`);
    return { account: name, password };
  };
  const people = {} as Record<Role, SignedIn>;
  for (const role of ROLES) people[role] = await signIn(server, account(role));
  const { token } = people.administrator;
  await api(server, 'POST', '/auth/step-up', { token, body: { password: account('administrator').password } });
  await api(server, 'PUT', '/settings/appointments.minNoticeMinutes', { token, body: { value: 0, version: 0 } });
  await api(server, 'PUT', '/settings/clinic.zone', { token, body: { value: zoneOfMorning(), version: 0 } });
  await openAroundTheClock(server, people.doctor.token);
  return people;
}

/** A zone where it is morning now: the next time is today, and today can still be told from tomorrow. */
function zoneOfMorning(): string {
  const hour = (timeZone: string) => new Intl.DateTimeFormat('en', { timeZone, hour: 'numeric', hourCycle: 'h23' }).format();
  const zone = Intl.supportedValuesOf('timeZone').find((name) => hour(name) === '09');
  if (!zone) throw new Error('it is nine nowhere');
  return zone;
}

/** Half hours all day and night, so that a visit can begin within the hour whenever the test runs. */
async function openAroundTheClock(server: TestServer, token: string): Promise<void> {
  const { id } = await api<{ id: string }>(server, 'GET', '/practitioners/me', { token });
  const rules = `/practitioners/${id}/work-rules`;
  const read = () => api<{ version: number; items: { id: string }[] }>(server, 'GET', rules, { token });
  for (const rule of (await read()).items) await api(server, 'DELETE', `${rules}/${rule.id}`, { token });
  const hours = { start: '00:00', end: '24:00', slotMinutes: 30, gapMinutes: 0, capacity: 1 };
  const everyDay = { weekdays: [1, 2, 3, 4, 5, 6, 7], ...hours, validFrom: null, validUntil: null };
  await api(server, 'POST', rules, { token, body: { rules: [everyDay], version: (await read()).version } });
}
