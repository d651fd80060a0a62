/**
 * Jobs by the clock. Each tick is a row of the outbox whose key names job and minute, so it runs once however many processes
 * are up, and a tick that nobody was there for is not made up for.
 */
import { Cron } from 'croner';
import type { Logger } from '#rooms/ports.ts';
import type { Outbox } from '#src/outbox/outbox.ts';
import type { Topic, Topics } from '#src/outbox/topics.ts';

interface Entry<T extends Topic = Topic> {
  /** Five fields, in the zone of the process. */
  pattern: string;
  topic: T;
  payload: Topics[T];
}

const entry = <T extends Topic>(pattern: string, topic: T, payload: Topics[T]): Entry => ({ pattern, topic, payload });

const timetable: readonly Entry[] = [
  entry('37 * * * *', 'recordings.sweep', {}),
  entry('17 3 * * *', 'maintenance.clean', {}),
  entry('7 4 * * *', 'privacy.retain', {}),
  entry('27 4 * * *', 'integrity.check', {}),
  entry('47 3 * * *', 'files.sweep', {}),
  entry('*/10 * * * *', 'payments.reconcile', {}),
];

/** @returns stops the clock */
export function startClock(outbox: Outbox, log: Logger): () => void {
  const jobs = timetable.map(
    ({ pattern, topic, payload }) =>
      new Cron(pattern, { protect: true, unref: true, catch: (error) => log.warn({ err: error, topic }, 'tick not written') }, async () => {
        const minute = new Date().toISOString().slice(0, 16);
        await outbox.append(topic, payload, { dedupeKey: `clock:${topic}:${minute}` });
      }),
  );
  return () => jobs.forEach((job) => job.stop());
}
