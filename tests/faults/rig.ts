/**
 * The rig of the fault plan: two real server processes on one MariaDB and one Redis, simulated partners whose notices the plays
 * carry themselves, and a desk (an application in this process, which does no jobs) that prepares what is played and looks at what
 * came of it.
 */
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import path from 'node:path';
import type { Notice } from '#src/partners/payments/deliver.ts';
import type { Channel } from '#src/payments/gateways/gateway.ts';
import { SECRET, startApp, type TestApp } from '#tests/support/app.ts';
import { openClinic } from '#tests/support/clinic.ts';
import { createClock } from '#tests/support/fake-time.ts';
import { type Gate, startGate } from '#tests/support/gate.ts';
import { createDatabase, type MariaDb, startMariaDb } from '#tests/support/mariadb.ts';
import { type RedisServer, startRedis } from '#tests/support/redis.ts';
import { startNode, type TestNode } from '#tests/support/server.ts';
import { closePartners, configure, type Partners, startPartners } from '#tests/support/till.ts';
import { until } from '#tests/support/wait.ts';
import { type DroppedIndex, droppedIndexes, type SourceBugName } from './bugs.ts';

/** Signed in for longer than a play takes, and freshly verified all the time. */
export interface Person {
  id: string;
  token: string;
}

export interface Reply {
  /** 0: the connection broke. */
  status: number;
  /** Of the error; null for a success. */
  code: string | null;
  // The shape is what the plays check.
  // oxlint-disable-next-line no-explicit-any
  data: any;
  ms: number;
  /** `performance.now()` when it was sent, and when the answer was there. */
  from: number;
  until: number;
}

export interface Sent {
  token?: string;
  body?: unknown;
  key?: string;
}

/** A practitioner who is there every day from 8 to 18, in half hours. */
export interface Practice {
  practitionerId: string;
  serviceId: string;
  /** Start of a slot that no other play uses, ISO 8601. */
  freeTime(): string;
}

export interface RigOptions {
  /** MariaDB to use in place of one of its own, which is what can be killed. */
  mariadb?: string;
  /** Settings of both processes. */
  env?: Readonly<Record<string, string>>;
  /** Each process reaches Redis and MariaDB through gates of its own. */
  gates?: boolean;
  /** Each process has a time of day of its own; see `Clock`. */
  clocks?: boolean;
}

/** How a process reaches what it shares with the other. */
export interface Network {
  redis: Gate;
  database: Gate;
}

export interface Rig {
  readonly mariadb: MariaDb;
  readonly redis: RedisServer;
  /** URL of a new, empty database. */
  newDatabase(): Promise<string>;
  readonly desk: TestApp;
  readonly partners: Partners;
  /** One of the two, by any number. */
  node(index: number): TestNode;
  /** That of one of the two, where the row has gates. */
  network(index: number): Network;
  /** Puts the time of day of one of the two off, where the row has clocks. @param seconds ahead of the others; below 0 behind them */
  setClock(index: number, seconds: number): void;
  /** So many different patients; the same ones each time. */
  patients(count: number): Promise<Person[]>;
  /** Patients whom no play has seen. */
  strangers(count: number): Promise<Person[]>;
  readonly administrator: Person;
  readonly doctor: Person;
  practice(options?: { price?: number; capacity?: number }): Promise<Practice>;
  /** A service of so many minutes that both processes offer. @returns its id */
  service(durationMinutes: number): Promise<string>;
  /** A further process, to be closed by the caller. */
  extra(sources: readonly SourceBugName[]): Promise<TestNode>;
  /** Starts both processes anew, with these bugs. */
  plant(sources: readonly SourceBugName[]): Promise<void>;
  /** Bugs that they have. */
  planted(): readonly SourceBugName[];
  drop(indexes: readonly DroppedIndex[]): Promise<void>;
  close(): Promise<void>;
}

/** How long tokens of the plays live. */
const LIFE_MS = 4 * 3_600_000;

const plantFile = path.join(import.meta.dirname, 'plant.ts');

export async function startRig(options: RigOptions = {}): Promise<Rig> {
  const closing: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const end of closing.splice(0).toReversed()) await end();
  };
  try {
    return await build(options, closing, close);
  } catch (error) {
    await close();
    throw error;
  }
}

async function build(options: RigOptions, closing: (() => Promise<unknown>)[], close: () => Promise<void>): Promise<Rig> {
  const redis = await startRedis();
  closing.push(redis.stop);
  const mariadb = options.mariadb === undefined ? await startMariaDb({ durable: true }) : undefined;
  if (mariadb) closing.push(mariadb.stop);
  const newDatabase = (): Promise<string> => (mariadb ? mariadb.createDatabase() : createDatabase(options.mariadb ?? ''));
  const env = environment(await newDatabase(), redis);
  const { REDIS_URL: _redis, ...alone } = env;
  const networks = options.gates ? [await startNetwork(env), await startNetwork(env)] : [];
  closing.push(() => Promise.all(networks.flatMap((network) => [network.redis.close(), network.database.close()])));
  const desk = await startApp(alone);
  closing.push(desk.close);
  // Jobs are for the processes under test.
  await desk.workers.close();
  const partners = await startPartners();
  closing.push(() => closePartners(partners));
  await configure(desk, partners);
  const people = createPeople(desk);
  const clocks = options.clocks ? [await createClock(), await createClock()] : [];
  closing.push(() => Promise.all(clocks.map((clock) => clock.close())));
  const start = (sources: readonly SourceBugName[], index?: number) => {
    const network = index === undefined ? undefined : networks[index];
    const clock = index === undefined ? undefined : clocks[index];
    // Rooms open on the process that is asked first: plays say which.
    const region = index === undefined ? {} : { REGION: `region-${index}` };
    const surroundings = { ...(network && through(env, network)), ...clock?.env, ...region };
    const settings = { ...env, ...surroundings, MEDIA_WORKERS: '1', ...options.env, PLANTED: sources.join(',') };
    return startNode(settings, sources.length > 0 ? ['--import', plantFile] : []);
  };
  let nodes: TestNode[] = [];
  let planted: readonly SourceBugName[] = [];
  const stop = async () => {
    const ending = nodes;
    nodes = [];
    await Promise.all(ending.map((node) => node.close()));
    for (const node of ending) keepOutput(node);
  };
  closing.push(stop);
  const plant: Rig['plant'] = async (sources) => {
    await stop();
    planted = sources;
    nodes = await Promise.all([start(sources, 0), start(sources, 1)]);
  };
  await plant([]);
  return {
    get mariadb() {
      if (!mariadb) throw new Error('this rig has no MariaDB of its own');
      return mariadb;
    },
    redis,
    newDatabase,
    desk,
    partners,
    node: (index) => nodes[index % 2] as TestNode,
    network(index) {
      const network = networks[index % 2];
      if (!network) throw new Error('this rig has no gates');
      return network;
    },
    setClock(index, seconds) {
      const clock = clocks[index % 2];
      if (!clock) throw new Error('this rig has no clocks');
      clock.set(seconds);
    },
    patients: people.patients,
    strangers: people.enrol,
    administrator: await people.known(desk.people.administrator.id),
    doctor: await people.known(desk.people.doctor.id),
    async practice(options) {
      const practice = await openPractice(desk, options);
      await offered(nodes, practice.serviceId);
      return practice;
    },
    async service(durationMinutes) {
      const body = { name: `视频问诊 ${durationMinutes}`, category: 'consultation', price: 99, durationMinutes };
      const answer = await desk.call('POST', '/api/v1/services', desk.people.administrator.token, body);
      await offered(nodes, answer.body.data.id);
      return answer.body.data.id;
    },
    extra: (sources) => start(sources),
    plant,
    planted: () => planted,
    async drop(indexes) {
      for (const index of indexes) await desk.database.sequelize.query(droppedIndexes[index]);
    },
    close,
  };
}

function environment(database: string, redis: RedisServer) {
  return {
    ...{ DATABASE_URL: database, REDIS_URL: redis.url, JWT_SECRET: SECRET, JWT_TTL_SECONDS: String(LIFE_MS / 1_000) },
    ...{ DATA_KEYS: `k1:${'1'.repeat(64)}`, BLIND_INDEX_KEY: 'a key for look-ups that all processes share' },
    ...{ RATE_HTTP_PER_MINUTE: '0', RATE_NOTICES_PER_MINUTE: '0' },
  };
}

type Environment = ReturnType<typeof environment>;

async function startNetwork(env: Environment): Promise<Network> {
  const [redis, database] = await Promise.all([env.REDIS_URL, env.DATABASE_URL].map((url) => startGate(Number(new URL(url).port))));
  return { redis: redis!, database: database! };
}

/** The addresses of what a process reaches through its gates. */
function through({ REDIS_URL, DATABASE_URL }: Environment, { redis, database }: Network): Record<string, string> {
  const by = (url: string, { port }: Gate): string => url.replace(`:${new URL(url).port}`, `:${port}`);
  return { REDIS_URL: by(REDIS_URL, redis), DATABASE_URL: by(DATABASE_URL, database) };
}

/** What processes had to say, for who looks for the cause of a fault. */
function keepOutput(node: TestNode): void {
  const file = process.env['FAULTS_OUTPUT'];
  if (file) appendFileSync(file, node.output());
}

function createPeople({ database, foundation }: TestApp) {
  const { models, transaction } = database;
  const enrolled: Person[] = [];

  /** A session that is fresh for as long as the play lasts. */
  async function signIn(ids: readonly string[]): Promise<Person[]> {
    const until = new Date(Date.now() + LIFE_MS);
    const sessions = ids.map((userId) => ({ id: randomUUID(), userId, verifiedAt: until, expiresAt: until }));
    await transaction(() => models.sessions.bulkCreate(sessions, { hooks: false }));
    const soon = new Date(until.getTime() - 60_000);
    return sessions.map(({ id, userId }) => ({
      id: userId,
      token: foundation.tokens.forUser({ id: userId, name: 'x', roles: [] }, id, soon),
    }));
  }

  async function enrol(count: number): Promise<Person[]> {
    const ids = Array.from({ length: count }, () => randomUUID());
    const users = ids.map((id) => ({ id, account: id, name: '王敏', passwordHash: 'x', status: 'active' as const }));
    const roles = ids.map((userId) => ({ userId, roleKey: 'patient' }));
    await transaction(async () => {
      await models.users.bulkCreate(users, { hooks: false });
      await models.userRoles.bulkCreate(roles, { hooks: false });
    });
    return signIn(ids);
  }

  return {
    async known(id: string): Promise<Person> {
      const [person] = await signIn([id]);
      return person!;
    },
    enrol,
    async patients(count: number): Promise<Person[]> {
      if (count > enrolled.length) enrolled.push(...(await enrol(count - enrolled.length)));
      return enrolled.slice(0, count);
    },
  };
}

/** Somebody new, so that processes that run already have not seen their hours. */
async function openPractice(desk: TestApp, options: { price?: number; capacity?: number } = {}): Promise<Practice> {
  const { id } = await desk.users.create({ account: `doctor-${randomUUID()}`, name: '林医生', roles: ['doctor'] });
  const { practitionerId, serviceId, times } = await openClinic(desk, id, options);
  let used = 0;
  return {
    practitionerId,
    serviceId,
    freeTime() {
      const [day, half] = [used % times.length, Math.floor(used / times.length)];
      used++;
      // From ten o'clock in the morning on, fourteen half hours a day.
      return new Date(Date.parse(times[day]!) + half * 1_800_000).toISOString();
    },
  };
}

/** Waits until processes that had read the services have heard of a new one: within a second. */
async function offered(nodes: readonly TestNode[], serviceId: string): Promise<void> {
  const url = `/practitioners/${randomUUID()}/slots?from=2026-01-01&until=2026-01-01&serviceId=${serviceId}`;
  // That the practitioner is not found is looked at later.
  for (const node of nodes) await until('a new service', async () => (await send(node, 'GET', url)).code === 'not_found');
}

/** Sends a request to a process and reads the envelope. */
export async function send(node: Pick<TestNode, 'url'>, method: string, url: string, { token, body, key }: Sent = {}): Promise<Reply> {
  const from = performance.now();
  const headers = {
    ...(body !== undefined && { 'content-type': 'application/json' }),
    ...(token && { authorization: `Bearer ${token}` }),
    ...(key && { 'idempotency-key': key }),
  };
  const timed = (reply: Pick<Reply, 'status' | 'code' | 'data'>): Reply => {
    const until = performance.now();
    return { ...reply, from, until, ms: until - from };
  };
  try {
    const response = await fetch(`${node.url}/api/v1${url}`, {
      method,
      headers,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const { data, error } = (await response.json()) as { data: unknown; error?: { code: string } };
    return timed({ status: response.status, code: error?.code ?? null, data });
  } catch {
    return timed({ status: 0, code: 'no_answer', data: null });
  }
}

/** Carries a notice of a partner to a process. @returns the body of the answer; null when there was none */
export async function carry(
  node: Pick<TestNode, 'url'>,
  channel: Channel,
  { headers, body }: Notice | { headers: object; body: Buffer },
): Promise<{ status: number; body: string | null; ms: number }> {
  const from = performance.now();
  const answer = await fetch(`${node.url}/api/v1/payments/notify/${channel}`, {
    method: 'POST',
    headers: headers as Record<string, string>,
    body: body as string,
  })
    .then(async (response) => ({ status: response.status, body: await response.text() }))
    .catch(() => ({ status: 0, body: null }));
  return { ...answer, ms: performance.now() - from };
}
