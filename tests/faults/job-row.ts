/** What does the jobs is killed at random points: nothing is lost, nothing happens twice, and what a dead process had in hand is done soon. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Op, QueryTypes } from 'sequelize';
import { openDatabase } from '#src/database/database.ts';
import { migrate } from '#src/database/migrate.ts';
import { createOutbox } from '#src/outbox/outbox.ts';
import { silentLog } from '#tests/support/app.ts';
import { startRedis } from '#tests/support/redis.ts';
import { until } from '#tests/support/wait.ts';
import type { SourceBugName } from './bugs.ts';
import { createChance, type Row } from './row.ts';

const JOBS_A_ROUND = 12;
/** Share of the processes that have started when the next one is killed; the others die while they start. */
const STARTED = 0.8;
const MOST_PAUSE_MS = 150;
const DONE_MS = 120_000;
const program = path.resolve(import.meta.dirname, '../support/job-worker.ts');
const plantFile = path.join(import.meta.dirname, 'plant.ts');

export interface Killing {
  /** Jobs go through Redis instead of straight from the database. */
  queued: boolean;
  /** That do jobs side by side; one of them is killed and started again each round. */
  processes: number;
  kills: number;
  chance: () => number;
  planted?: readonly SourceBugName[];
}

export interface Outcome {
  jobs: number;
  lost: number;
  doubled: number;
  /** ms from the last kill until what was in hand then was done. */
  recovery: number;
}

export interface JobSite {
  kill(options: Killing): Promise<Outcome>;
  close(): Promise<void>;
}

/** @param url of an empty database */
export async function openJobSite(url: string, redisUrl: string): Promise<JobSite> {
  const database = await openDatabase({ DATABASE_URL: url, DATA_DIR: '/nowhere' }, silentLog);
  await migrate(database);
  await database.sequelize.query('CREATE TABLE fault_effects (n BIGINT AUTO_INCREMENT PRIMARY KEY, job_id CHAR(36) NOT NULL)');
  const outbox = createOutbox(database);
  /** How often the partner was asked, by key. */
  const asked = new Map<string, number>();
  const partner = createServer((request, response) => {
    const key = request.url?.slice(1) ?? '';
    asked.set(key, (asked.get(key) ?? 0) + 1);
    setTimeout(() => response.end('{}'), 5);
  }).listen(0, '127.0.0.1');
  await once(partner, 'listening');
  const { port } = partner.address() as AddressInfo;

  function launch({ queued, planted = [] }: Killing): ChildProcess {
    const execArgv = planted.length > 0 ? ['--import', plantFile] : [];
    const env = { ...process.env, PLANTED: planted.join(',') };
    return fork(program, [url, queued ? redisUrl : '-', `http://127.0.0.1:${port}`], { execArgv, env, stdio: 'inherit' });
  }

  async function killThem(workers: ChildProcess[], options: Killing): Promise<void> {
    const { kills, chance } = options;
    for (let round = 0; round < kills; round++) {
      for (let job = 0; job < JOBS_A_ROUND; job++) {
        if (job % 3 === 0) await outbox.append('file.erase', { id: `${round}-${job}` });
        else await outbox.append('order.expire', { orderId: `${round}-${job}` }, { aggregate: `order:${job % 4}` });
      }
      await delay(chance() * MOST_PAUSE_MS);
      const victim = round % workers.length;
      await end(workers[victim]!);
      const next = (workers[victim] = launch(options));
      if (chance() < STARTED) await ready(next);
    }
  }

  /** Jobs that somebody has in hand, or had when it was killed. */
  async function claimed(): Promise<Set<string>> {
    const rows = await database.models.outbox.findAll({ where: { state: 'ready', claimedUntil: { [Op.ne]: null } }, attributes: ['id'] });
    return new Set(rows.map(({ id }) => id));
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

  return {
    async kill(options) {
      await database.sequelize.query('DELETE FROM fault_effects');
      await database.models.outbox.destroy({ where: {} });
      asked.clear();
      const workers = Array.from({ length: options.processes }, () => launch(options));
      try {
        await Promise.all(workers.map(ready));
        await killThem(workers, options);
        const since = performance.now();
        const inHand = await claimed();
        await until('what was in hand to be done', async () => (await claimed()).isDisjointFrom(inHand), DONE_MS, 50);
        const recovery = performance.now() - since;
        // Behind it waits what has come meanwhile: jobs of one aggregate are done one after the other.
        await until('every job to be done', async () => (await outbox.counts()).ready === 0, DONE_MS, 50);
        await Promise.all(workers.map(end));
        return { ...(await judge()), recovery };
      } finally {
        // Those that are left when a play fails would keep this process from its end.
        await Promise.all(workers.map(end));
      }
    },
    async close() {
      partner.close();
      await database.close();
    },
  };
}

/** @throws when the process ends instead */
async function ready(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit').then(([code]) => Promise.reject(new Error(`a process that does jobs has ended by itself: ${code}`)));
  await Promise.race([once(child, 'message'), ended]);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

/** Ways in which jobs are spread. */
export const WAYS = [
  { name: 'in one process', queued: false, processes: 1 },
  { name: 'in two processes without Redis', queued: false, processes: 2 },
  { name: 'spread over two by Redis', queued: true, processes: 2 },
] as const;

export const jobsKilled: Row = {
  id: 'J1 jobs',
  what: 'what does the jobs (relay and worker) gets kill -9 at random points: in one process, in two, and in two that share them through Redis',
  goal: 'no job lost, none with two effects, what a dead process had in hand is done within 15 s',
  short: { rounds: 10, clients: 2 },
  full: { rounds: 200, clients: 2 },
  limits: { 'in hand at the last kill, done after': 15_000 },
  twin: { sources: ['effect-before-mark'], size: { rounds: 10, clients: 2 } },
  async play(rig, { rounds: kills, seed = 1 }, found) {
    // Not the one of the rig's processes: they would take jobs of a database that they do not know.
    const redis = await startRedis();
    const site = await openJobSite(await rig.newDatabase(), redis.url);
    const chance = createChance(seed);
    let slowest = 0;
    try {
      for (const { name, ...way } of WAYS) {
        const { jobs, lost, doubled, recovery } = await site.kill({ ...way, kills, chance, planted: rig.planted() });
        found.expect(`jobs ${name}`, jobs, kills * JOBS_A_ROUND);
        found.expect(`jobs lost ${name}`, lost, 0);
        found.expect(`jobs done twice ${name}`, doubled, 0);
        slowest = Math.max(slowest, recovery);
        if (found.failed) return;
      }
    } finally {
      await site.close();
      await redis.stop();
    }
    found.figure('kills', kills * WAYS.length);
    found.figure('jobs', kills * WAYS.length * JOBS_A_ROUND);
    found.figure('in hand at the last kill, done after', `${Math.round(slowest)} ms`);
  },
};
