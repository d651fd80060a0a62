/** What a processor is: the code that does what a row of the outbox asks for. */
import type { Job } from '#src/outbox/outbox.ts';
import type { Topic } from '#src/outbox/topics.ts';

export type Handler<T extends Topic> = (job: Job<T>) => Promise<void>;

/**
 * `database`: the effect and the row's "done" are one transaction, so it happens exactly once. `outside`: something outside the
 * database is called (with the job's id as its key) and the row is marked done afterwards, so it happens at least once.
 */
export type Processor<T extends Topic> = { kind: 'database' | 'outside'; run: Handler<T> };

/** One processor for each topic. */
export type Processors = { [T in Topic]: Processor<T> };

export const inTransaction = <T extends Topic>(run: Handler<T>): Processor<T> => ({ kind: 'database', run });
export const outside = <T extends Topic>(run: Handler<T>): Processor<T> => ({ kind: 'outside', run });
