/** Runs one claimed row and writes down how it ended. */
import type { Logger } from '#rooms/ports.ts';
import { actAs } from '#src/audit/actor.ts';
import { type Claimed, jobOf, type Outbox } from '#src/outbox/outbox.ts';
import type { Topic } from '#src/outbox/topics.ts';
import type { Processor, Processors } from './processor.ts';

/** After so many tries a row is dead: a person has to look. */
const MAX_ATTEMPTS = 12;
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 600_000;

/** Never rejects: a row that cannot even be marked comes up again when its claim ends. */
export async function runJob(claimed: Claimed, processors: Processors, outbox: Outbox, log: Logger): Promise<void> {
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
  } catch (error) {
    const hopeless = attempts + 1 >= MAX_ATTEMPTS;
    log[hopeless ? 'error' : 'warn']({ ...fields, err: error }, hopeless ? 'job is dead' : 'job failed, will be tried again');
    await outbox
      .fail(id, error, hopeless ? null : retryTime(attempts))
      .catch((fault: unknown) => log.warn({ ...fields, err: fault }, 'job not marked'));
  }
}

/** Doubles with each try, with a fifth of chance so that what failed together does not come back together. */
function retryTime(attempts: number): Date {
  const pause = Math.min(FIRST_PAUSE_MS * 2 ** attempts, LONGEST_PAUSE_MS);
  return new Date(Date.now() + pause * (0.9 + Math.random() * 0.2));
}
