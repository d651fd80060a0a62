/**
 * LOAD: the reference load. 50 people of a seeded clinic (10,000 appointments) on MariaDB and Redis look, book, call off and sign in, with about
 * a second between two requests of one, while 50 others sit in video visits and write. Then the same people eight times as fast: a busy hour for one node.
 * Ours alone: no other clinic has these routes.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RowDataPacket } from 'mysql2/promise';
import { startRedis } from '#tests/support/redis.ts';
import { type Clinic, PASSWORD, startClinic } from './clinic.ts';
import { freeTimes } from './free-times.ts';
import { type Condition, conclude, finish, type Goal, type Options, readOptions, type Result, waitForQuiet } from './harness.ts';
import { Client } from './load/client.ts';
import { askSomething, type Clinicals, everything, type Kind, type Person } from './load/mix.ts';
import { pin, residentBytes } from './processes.ts';
import { type Seat, takeSeat } from './seat.ts';

const PEOPLE: Record<Kind, number> = { patient: 38, doctor: 10, administrator: 2 };
/** Visits of two people, each on a socket. */
const VISITS = 25;
const SOCKETS_A_SESSION = 8;
/** Between two requests of one person, and between two messages of one, in ms: between half and one and a half of it. */
const PAUSE_MS = 1_000;
const WRITING_MS = 2_000;
const WARM_UP_SECONDS = 3;
/** What the same people leave between two requests when everybody comes at once. */
const BUSY_PAUSE_MS = 120;
/** Answers of each request to somebody who is alone on the server. */
const ALONE = 20;
const DEADLINES = { all: 200, single: 100 };
/** Requests a second in the busiest hour of 100,000 people a day: see "How many people" in `docs/benchmarks.md`. */
const BUSY_HOUR = 250;
/** What the full server may take, without its database and Redis: Node and one media worker. */
const CEILING_MB = 600;
const HEAP_NOISE = 0.1;
/** What the sanity twin adds to each answer, and what it keeps in memory. */
const TWIN_MS = 250;
const TWIN_MB = 700;

interface Figures {
  client: Client;
  /** Requests a second. */
  rate: number;
}

/** Visits with both people on sockets of their own; nobody's media flows. */
async function sitDown({ site }: Clinic): Promise<Seat[]> {
  const seats: Seat[] = [];
  let people = await site.signIn();
  for (let visit = 0; visit < VISITS; visit++) {
    if (visit % SOCKETS_A_SESSION === 0) people = await site.signIn();
    const id = await site.book();
    for (const { token } of [people.doctor, people.patient]) seats.push(await takeSeat(site.url, token, id));
  }
  return seats;
}

/** Whoever has no visit ahead: nobody is in two places at once. */
async function comeIn({ connection, signIn }: Clinic): Promise<Person[]> {
  await connection.query("UPDATE users SET status = 'active'");
  const [patients] = await connection.query<RowDataPacket[]>(
    `SELECT account FROM users WHERE account LIKE 'patient0%' AND NOT EXISTS
       (SELECT 1 FROM appointments WHERE user_id = users.id AND starts_at > NOW()) ORDER BY account LIMIT ?`,
    [PEOPLE.patient],
  );
  const [doctors] = await connection.query<RowDataPacket[]>("SELECT account FROM users WHERE account LIKE 'doctor__' ORDER BY account");
  const accounts: [Kind, string][] = [
    ...patients.map(({ account }): [Kind, string] => ['patient', account as string]),
    ...Array.from({ length: PEOPLE.doctor }, (_, index): [Kind, string] => [
      'doctor',
      doctors[index % doctors.length]?.['account'] as string,
    ]),
    ...Array.from({ length: PEOPLE.administrator }, (): [Kind, string] => ['administrator', 'seed.admin']),
  ];
  const people: Person[] = [];
  for (const [kind, account] of accounts) people.push({ kind, account, token: await signIn(account) });
  return people;
}

const pause = (ms: number): Promise<void> => sleep(ms * (0.5 + Math.random()));

interface Scene {
  clinic: Clinic;
  people: readonly Person[];
  seats: readonly Seat[];
  clinicals: Clinicals;
}

/** @param pauseMs between two requests of one person; 0 for none */
async function run({ clinic, people, seats, clinicals }: Scene, pauseMs: number, seconds: number, heldMs: number): Promise<Figures> {
  const client = new Client(clinic.site.url, heldMs);
  const begun = performance.now();
  const until = begun + seconds * 1_000;
  const asking = people.map(async (person) => {
    if (pauseMs > 0) await sleep(pauseMs * Math.random());
    while (performance.now() < until) {
      await askSomething(client, person, clinicals);
      if (pauseMs > 0) await pause(pauseMs);
    }
  });
  const writing = seats.map(async ({ request }) => {
    for (await pause(WRITING_MS / 2); performance.now() < until; await pause(WRITING_MS)) {
      await client.timed('message in a visit', () => request('chat:send', { clientMessageId: randomUUID(), text: '您好' }));
    }
  });
  await Promise.all([...asking, ...writing]);
  return { client, rate: (client.count * 1_000) / (performance.now() - begun) };
}

/** The same requests, one after the other. */
async function alone({ clinic, people, clinicals }: Scene, heldMs: number): Promise<Client> {
  const client = new Client(clinic.site.url, heldMs);
  for (const { kind, run: ask } of everything) {
    const person = people.find((one) => one.kind === kind) as Person;
    for (let asked = 0; asked < ALONE; asked++) await ask(client, person, clinicals);
  }
  return client;
}

/** Node and its workers, in MB; and what garbage collection leaves of Node's heap. */
async function memory({ site }: Clinic): Promise<{ resident: number; heap: number }> {
  const resident = [site.serverPid, ...site.workerPids].reduce((sum, pid) => sum + residentBytes(pid), 0) / 1e6;
  return { resident, heap: (await site.memory()).heapUsed / 1e6 };
}

const alright = (client: Client): Condition => ({
  text: `no request failed${client.faults.length > 0 ? ` (${client.faults.length} of ${client.count}: ${client.faults[0]})` : ''}`,
  holds: client.faults.length === 0,
});

interface Measured {
  easy: Figures[];
  full: Figures[];
  single: Client;
  /** MB after each run. */
  resident: number[];
  /** MB before the first and after the last one. */
  heap: { before: number; after: number };
  /** Sockets that still answer. */
  open: number;
}

async function measure(scene: Scene, options: Options): Promise<Measured> {
  const heldMs = options.twin ? TWIN_MS : 0;
  await run(scene, 0, WARM_UP_SECONDS, 0);
  await alone(scene, 0);
  const single = await alone(scene, heldMs);
  console.log(`  alone\n${single.report()}`);
  const { heap: before } = await memory(scene.clinic);
  const measured: Measured = { easy: [], full: [], single, resident: [], heap: { before, after: before }, open: 0 };
  for (let pair = 1; pair <= options.pairs; pair++) {
    await waitForQuiet(options.quick ? 1 : 60);
    for (const [runs, pauseMs] of [[measured.easy, PAUSE_MS] as const, [measured.full, BUSY_PAUSE_MS] as const]) {
      const figures = await run(scene, pauseMs, options.seconds, heldMs);
      runs.push(figures);
      console.log(`  run ${pair}, ${pauseMs} ms between requests: ${figures.rate.toFixed(0)} requests/s\n${figures.client.report()}`);
    }
    const { resident, heap } = await memory(scene.clinic);
    measured.resident.push(resident);
    measured.heap.after = heap;
  }
  const answers = await Promise.allSettled(scene.seats.map(({ request }) => request('chat:history', { afterSeq: 0, limit: 1 })));
  measured.open = answers.filter(({ status }) => status === 'fulfilled').length;
  return measured;
}

function judge({ people, seats }: Scene, { easy, full, single, resident, heap, open }: Measured, options: Options): Result[] {
  const value = (goal: Omit<Goal, 'compare'>, values: readonly number[], ...conditions: Condition[]): Result => {
    const pairs = values.map((figure) => ({ bare: Number.NaN, ours: figure }));
    return conclude({ ...goal, compare: 'value' }, pairs, options, conditions);
  };
  const p95 = (runs: readonly Figures[]): number[] => runs.map(({ client }) => client.share(0.95));
  const worst = easy.map(({ client }) => client.slowest()).toSorted((a, b) => b.p95 - a.p95)[0] ?? single.slowest();
  const within = (ms: number, what: string): Condition => ({
    text: `${what} has a P95 of ${DEADLINES.all} ms at most (${ms.toFixed(0)})`,
    holds: ms <= DEADLINES.all,
  });
  const what = `reference load, ${people.length} people and ${seats.length} sockets, P95`;
  const grown: Condition = {
    text: `Node's heap does not grow (${heap.before.toFixed(0)} → ${heap.after.toFixed(0)} MB)`,
    holds: heap.after <= heap.before * (1 + HEAP_NOISE),
  };
  return [
    value(
      { id: 'LOAD', what, unit: 'ms', atMost: DEADLINES.all },
      p95(easy),
      ...easy.map(({ client }) => alright(client)),
      within(worst.p95, `the slowest kind of request (${worst.name})`),
      { text: `all ${seats.length} sockets are still open (${open})`, holds: open === seats.length },
    ),
    value(
      {
        id: 'LOAD rate',
        what: `the same people, ${BUSY_PAUSE_MS} ms between requests, requests/s of one node`,
        unit: '/s',
        atLeast: BUSY_HOUR,
      },
      full.map(({ rate }) => rate),
      ...full.map(({ client }) => alright(client)),
      within(Math.max(...p95(full)), 'all of it'),
    ),
    value(
      { id: 'LOAD one', what: 'slowest kind of request of somebody alone, P95', unit: 'ms', atMost: DEADLINES.single },
      [single.slowest().p95],
      alright(single),
    ),
    value(
      { id: 'MEMORY', what: 'the full server under this load, Node and one media worker', unit: 'MB', atMost: CEILING_MB },
      resident,
      grown,
    ),
  ];
}

const options = readOptions({ pairs: 3, seconds: 20 });
console.log('LOAD: the reference load on MariaDB and Redis');
const redis = await startRedis();
const ballast = options.twin ? { BENCH_BALLAST_MB: String(TWIN_MB) } : {};
const clinic = await startClinic(options.quick ? 0.1 : 1, { REDIS_URL: redis.url, ...ballast });
try {
  const { wishes, ...offered } = await freeTimes(clinic);
  wishes.sort((a, b) => a.scheduledTime.localeCompare(b.scheduledTime));
  const people = await comeIn(clinic);
  const seats = await sitDown(clinic);
  for (const pid of [clinic.site.serverPid, ...clinic.site.workerPids]) pin(pid, 'server');
  pin(process.pid, 'load');
  const scene: Scene = { clinic, people, seats, clinicals: { ...offered, wishes, password: PASSWORD } };
  const measured = await measure(scene, options);
  for (const { vanish } of seats) vanish();
  finish(judge(scene, measured, options));
} finally {
  await clinic.close();
  await redis.stop();
}
