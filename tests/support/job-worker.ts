/**
 * A process that does jobs and nothing else, to be killed: real outbox, relay and queue, and processors that leave a trace of each effect.
 * Usage: node job-worker.ts DATABASE_URL REDIS_URL|- PARTNER_URL
 */
import { pino } from 'pino';
import { setTimeout as delay } from 'node:timers/promises';
import { openDatabase } from '#src/database/database.ts';
import { createOutbox, type Job } from '#src/outbox/outbox.ts';
import { startJobs } from '#workers/index.ts';
import { inTransaction, outside, type Processors } from '#workers/processor.ts';

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

startJobs({ processors, redisUrl: redisUrl === '-' ? undefined : redisUrl, concurrency: CONCURRENCY, outbox, log, tracing: null });
process.send?.('ready');
process.on('disconnect', () => process.exit());
