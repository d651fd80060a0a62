/** Runs one claimed row and writes down how it ended. */
import type { Logger, Tracing } from '#rooms/ports.ts';
import { actAs } from '#src/audit/actor.ts';
import { type Claimed, jobOf, type Outbox } from '#src/outbox/outbox.ts';
import type { Topic } from '#src/outbox/topics.ts';
import type { Processor, Processors } from './processor.ts';

/** After so many tries a row is dead: a person has to look. */
const MAX_ATTEMPTS = 12;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 600_000;

export type JobListener = (topic: string, outcome: 'done' | 'failed' | 'dead') => void;

export interface JobParts {
  processors: Processors;
  outbox: Outbox;
  log: Logger;
  tracing: Tracing | null;
  onJob?: JobListener | undefined;
}

/** Never rejects: a row that cannot even be marked comes up again when its claim ends. */
export async function runJob(claimed: Claimed, parts: JobParts): Promise<void> {
  const { id, topic, attempts, requestId } = claimed;
  const attributes = { 'wenzhen.job': id, 'wenzhen.attempts': attempts, ...(requestId && { 'wenzhen.request_id': requestId }) };
  const span = parts.tracing?.start({ name: `job ${topic}`, kind: 'consumer', parent: null, attributes });
  if (!span) return void (await run(claimed, parts));
  span.end(await span.run(() => run(claimed, parts)));
}

/** @returns why it failed, undefined when it did not */
async function run(claimed: Claimed, { processors, outbox, log, onJob }: JobParts): Promise<unknown> {
  const { id, topic, attempts, requestId } = claimed;
  const fields = { job: id, topic, attempts, ...(requestId && { requestId }) };
  try {
    const job = jobOf(claimed);
    const processor = processors[job.topic] as Processor<Topic>;
    if (processor.kind === 'database') {
      await actAs({ userId: null, requestId }, () => outbox.complete(id, () => processor.run(job)));
    } else {
      await actAs({ userId: null, requestId }, () => processor.run(job));
      await outbox.complete(id);
    }
    log.debug(fields, 'job done');
    onJob?.(topic, 'done');
    return undefined;
  } catch (error) {
    const hopeless = attempts + 1 >= MAX_ATTEMPTS;
    onJob?.(topic, hopeless ? 'dead' : 'failed');
    log[hopeless ? 'error' : 'warn']({ ...fields, err: error }, hopeless ? 'job is dead' : 'job failed, will be tried again');
    await outbox
      .fail(id, error, hopeless ? null : retryTime(attempts))
      .catch((fault: unknown) => log.warn({ ...fields, err: fault }, 'job not marked'));
    return error;
  }
}

/** Doubles with each try, with a fifth of chance so that what failed together does not come back together. */
function retryTime(attempts: number): Date {
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** attempts, LONGEST_PAUSE_MS);
  return new Date(Date.now() + pause * (0.9 + Math.random() * 0.2));
}
