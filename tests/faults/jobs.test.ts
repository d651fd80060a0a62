/**
 * J1: what does the jobs is killed at random points. Nothing is lost, nothing happens twice, and what a dead process had in hand is done
 * soon. `FAULTS=full` kills 200 times and judges the times as well.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { QueryTypes } from 'sequelize';
import { type Database, openDatabase } from '#src/database/database.ts';
import { migrate } from '#src/database/migrate.ts';
import { createOutbox, type Outbox } from '#src/outbox/outbox.ts';
import { silentLog } from '#tests/support/app.ts';
import { newMariaDb } from '#tests/support/databases.ts';
import { type RedisServer, startRedis } from '#tests/support/redis.ts';
import { until } from '#tests/support/wait.ts';

const full = process.env['FAULTS'] === 'full';
const FEW_KILLS = 10;
const KILLS = full ? 200 : FEW_KILLS;
const JOBS_A_ROUND = 12;
const program = path.resolve(import.meta.dirname, '../support/job-worker.ts');

let url: string;
let database: Database;
let outbox: Outbox;
let redis: RedisServer;
let partner: Server;
/** How often the partner was asked, by key. */
const asked = new Map<string, number>();

beforeAll(async () => {
  url = await newMariaDb();
  database = await openDatabase({ DATABASE_URL: url, DATA_DIR: '/nowhere' }, silentLog);
  await migrate(database);
  await database.sequelize.query('CREATE TABLE fault_effects (n BIGINT AUTO_INCREMENT PRIMARY KEY, job_id CHAR(36) NOT NULL)');
  outbox = createOutbox(database);
  redis = await startRedis();
  partner = createServer((request, response) => {
    const key = request.url?.slice(1) ?? '';
    asked.set(key, (asked.get(key) ?? 0) + 1);
    setTimeout(() => response.end('{}'), 5);
  }).listen(0, '127.0.0.1');
  await once(partner, 'listening');
}, 60_000);
afterAll(async () => {
  partner.close();
  await redis.stop();
  await database.close();
});

type Kind = 'sound' | 'split';

function launch(kind: Kind, queued: boolean): ChildProcess {
  const { port } = partner.address() as AddressInfo;
  // Of their own: the flags of jest are not for them.
  return fork(program, [url, queued ? redis.url : '-', `http://127.0.0.1:${port}`, kind], { execArgv: [], stdio: 'inherit' });
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

interface Outcome {
  jobs: number;
  lost: number;
  doubled: number;
  /** ms from the last kill until nothing was left. */
  recovery: number;
}

/** @param processes that do jobs side by side; one of them is killed and started again each round */
async function rounds(kind: Kind, queued: boolean, processes: number, kills: number): Promise<Outcome> {
  await database.sequelize.query('DELETE FROM fault_effects');
  await database.models.outbox.destroy({ where: {} });
  asked.clear();
  const workers = Array.from({ length: processes }, () => launch(kind, queued));
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  for (let round = 0; round < kills; round++) {
    for (let job = 0; job < JOBS_A_ROUND; job++) {
      if (job % 3 === 0) await outbox.append('file.erase', { id: `${round}-${job}` });
      else await outbox.append('order.expire', { orderId: `${round}-${job}` }, { aggregate: `order:${job % 4}` });
    }
    await delay(Math.random() * 150);
    const victim = round % processes;
    await kill(workers[victim] as ChildProcess);
    workers[victim] = launch(kind, queued);
    // Killed while it starts, too, now and then.
    if (Math.random() < 0.8) await once(workers[victim] as ChildProcess, 'message');
  }
  const since = performance.now();
  await until('every job to be done', async () => (await outbox.counts()).ready === 0, 120_000, 50);
  const recovery = performance.now() - since;
  await Promise.all(workers.map(kill));
  return { ...(await judge()), recovery };
}

async function judge(): Promise<Omit<Outcome, 'recovery'>> {
  const jobs = await database.models.outbox.findAll({ attributes: ['id', 'topic', 'state'] });
  const effects = await database.sequelize.query<{ id: string }>('SELECT job_id AS id FROM fault_effects', { type: QueryTypes.SELECT });
  const happened = new Map<string, number>();
  for (const { id } of effects) happened.set(id, (happened.get(id) ?? 0) + 1);
  // What a partner is asked twice with one key has its effect there once.
  for (const key of asked.keys()) happened.set(key, 1);
  const lost = jobs.filter(({ id, state }) => state !== 'done' || !happened.has(id)).length;
  return { jobs: jobs.length, lost, doubled: [...happened.values()].filter((times) => times > 1).length };
}

test.each([
  ['in one process', false, 1],
  ['in two processes without Redis', false, 2],
  ['spread over two by Redis', true, 2],
] as const)(
  `jobs %s survive ${KILLS} kills: none lost, none twice`,
  async (_name, queued, processes) => {
    const { recovery, ...outcome } = await rounds('sound', queued, processes, KILLS);
    expect(outcome).toEqual({ jobs: KILLS * JOBS_A_ROUND, lost: 0, doubled: 0 });
    if (!full) return;
    console.log(`last kill to last job: ${Math.round(recovery)} ms`);
    expect(recovery).toBeLessThan(15_000);
  },
  full ? 600_000 : 120_000,
);

test('the planted fault is seen: an effect that is no part of its mark happens twice', async () => {
  const { doubled } = await rounds('split', false, 1, FEW_KILLS);
  expect(doubled).toBeGreaterThan(0);
}, 120_000);
