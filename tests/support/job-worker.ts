/**
 * A process that does jobs and nothing else, to be killed: real outbox, relay and queue, and processors that leave a trace of each effect.
 * Usage: node job-worker.ts DATABASE_URL REDIS_URL|- PARTNER_URL
 */
import { pino } from 'pino';
import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase } from '#src/database/database.ts';
import { type Claimed, createOutbox, type Job } from '#src/outbox/outbox.ts';
import { inTransaction, outside, type Processors } from '#workers/processor.ts';
import { openQueue } from '#workers/queue.ts';
import { startRelay } from '#workers/relay.ts';
import { runJob } from '#workers/run-job.ts';

const [, , url = '', redisUrl = '-', partner = ''] = process.argv;
const log = pino({ level: 'silent' });
const database = await openDatabase({ DATABASE_URL: url, DATA_DIR: '/nowhere' }, log);
const outbox = createOutbox(database);
const CONCURRENCY = 8;

/** Long enough to be killed in. */
async function effect({ id }: Job): Promise<void> {
  await database.transaction(async () => {
    await database.sequelize.query('INSERT INTO fault_effects (job_id) VALUES (?)', { replacements: [id] });
    await delay(5);
  });
}

const processors = {
  'order.expire': inTransaction<'order.expire'>(effect),
  'file.erase': outside<'file.erase'>(async ({ id }) => {
    const response = await fetch(`${partner}/${id}`, { method: 'POST' });
    if (!response.ok) throw new Error(`the partner said ${response.status}`);
  }),
} as unknown as Processors;

const work = (row: Claimed) => runJob(row, { processors, outbox, log, tracing: null });
async function queued(id: string): Promise<void> {
  const row = await outbox.read(id).catch(() => null);
  if (row) await work(row);
}
const queue = redisUrl === '-' ? null : openQueue(redisUrl, queued, CONCURRENCY, log);
const deliver = queue ? (row: Claimed) => queue.add(row).catch(() => undefined) : work;
startRelay({ outbox, deliver, concurrency: CONCURRENCY, log });
process.send?.('ready');
process.on('disconnect', () => process.exit());
