/**
 * Tells every process of the clinic, this one included, that something it may have cached has changed: a session ended, a
 * role got another permission, a price moved. A signal is a row in the transaction of the change, so none is lost and none
 * comes too early; processes read new rows twice a second, which keeps them within a second of each other without Redis.
 */
import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { Op } from 'sequelize';
import type { Database } from '#src/database/database.ts';
import type { Logger } from '#rooms/ports.ts';

/** What may change, and what its subject is. */
export type SignalTopic =
  /** Session id. */
  | 'session'
  /** A guest's session and, behind a space, when its tokens expire, in ms since 1970. */
  | 'guest'
  /** User id: status or roles. */
  | 'user'
  /** Role key: permissions or parent. */
  | 'role'
  /** Name of a cache and, behind a colon, a key; or the name alone for all of it. */
  | 'cache'
  /** Key of a setting. */
  | 'setting';

export interface Signals {
  /** To be called inside the transaction of the change; listeners of this process are called right after its commit. */
  send(topic: SignalTopic, subject: string): Promise<void>;
  /** Returns the unsubscribe function. */
  on(topic: SignalTopic, listener: (subject: string) => void): () => void;
  /** Reads what other processes have sent since the last time. For tests and at the end of an outage. */
  poll(): Promise<void>;
  close(): void;
}

/** How often new rows are read, in milliseconds. */
const POLL_MS = 500;
/**
 * Ids are given before the commit, so a smaller one may show up after a larger. Rows this much older than the newest are
 * read again each time, in milliseconds.
 */
const LATE_MS = 10_000;
/** After this time nobody needs a row any more, in milliseconds; who was away longer starts with empty caches. */
const KEEP_MS = 3_600_000;
const CLEAN_EVERY = 1_000;

export function createSignals(database: Database, log: Logger): Signals {
  const { models, transaction, afterCommit } = database;
  const origin = randomUUID();
  const events = new EventEmitter().setMaxListeners(0);
  /** Ids that were delivered, by time of their row. */
  const delivered = new Map<number, number>();
  let newest = Date.now();
  let polls = 0;
  let polling: Promise<void> | undefined;

  async function read(): Promise<void> {
    const rows = await models.signals.findAll({ where: { createdAt: { [Op.gte]: new Date(newest - LATE_MS) } }, order: ['id'] });
    for (const { id, topic, subject, origin: from, createdAt } of rows) {
      if (delivered.has(id)) continue;
      delivered.set(id, createdAt.getTime());
      newest = Math.max(newest, createdAt.getTime());
      if (from !== origin) events.emit(topic, subject);
    }
    for (const [id, time] of delivered) if (time < newest - 2 * LATE_MS) delivered.delete(id);
    if (++polls % CLEAN_EVERY === 0) await models.signals.destroy({ where: { createdAt: { [Op.lt]: new Date(Date.now() - KEEP_MS) } } });
  }
  const poll = (): Promise<void> => (polling ??= read().finally(() => (polling = undefined)));

  const timer = setInterval(() => {
    poll().catch((error: unknown) => log.debug({ err: error }, 'signals not read'));
  }, POLL_MS);
  timer.unref();

  return {
    send: (topic, subject) =>
      transaction(async () => {
        await models.signals.create({ topic, subject, origin });
        afterCommit(() => void events.emit(topic, subject));
      }),
    on(topic, listener) {
      events.on(topic, listener);
      return () => void events.off(topic, listener);
    },
    poll,
    close: () => clearInterval(timer),
  };
}
