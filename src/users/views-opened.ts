/**
 * What people look at (USR-08): how many things each opened on a day, never which. Opening is a successful read of one thing: a doctor,
 * an appointment, an order. Noted in memory and written together; the same thing counts once a minute, so that a page that asks again
 * and again is one view.
 */
import { DateTime } from 'luxon';
import { Op } from 'sequelize';
import type { Logger } from '#rooms/ports.ts';
import type { Database } from '#src/database/database.ts';
import type { ActivitySource } from './ports.ts';

export interface Views extends ActivitySource {
  /** Somebody opened something. Costs a look into a map. @param what its address */
  opened(userId: string, what: string): void;
  /** Writes what was noted. Never throws: figures are not worth a request. */
  flush(): Promise<void>;
  /** Writes once more, and no longer by itself. */
  close(): Promise<void>;
}

const MINUTE_MS = 60_000;
/** People of one statement. */
const PORTION = 500;
/** Things noted at most; what comes after them is not counted. */
const MOST_NOTED = 100_000;

/** @param zone of the clinic's days */
export function createViews(database: Database, zone: () => string, log: Logger): Views {
  /** Of this minute. */
  const noted = new Map<string, { things: Set<string>; unwritten: number }>();
  let size = 0;

  async function flush(): Promise<void> {
    // In one order, so that nodes that write at the same time do not wait for each other in a circle.
    const counts = [...noted]
      .filter(([, { unwritten }]) => unwritten > 0)
      .map(([id, { unwritten }]): [string, number] => [id, unwritten])
      .sort(([a], [b]) => (a < b ? -1 : 1));
    for (const own of noted.values()) own.unwritten = 0;
    try {
      for (let from = 0; from < counts.length; from += PORTION) await write(database, zone(), counts.slice(from, from + PORTION));
    } catch (error) {
      log.warn({ err: error }, 'views not counted');
    }
  }
  const timer = setInterval(() => {
    void flush();
    noted.clear();
    size = 0;
  }, MINUTE_MS);
  timer.unref();

  return {
    name: 'views',
    /** A day counts to the period that it begins in. */
    async count(userId, from, to) {
      await flush();
      return (await database.models.userViews.sum('views', { where: { userId, dayBeganAt: { [Op.gte]: from, [Op.lt]: to } } })) || 0;
    },
    opened(userId, what) {
      if (size >= MOST_NOTED) return;
      const own = noted.get(userId) ?? { things: new Set(), unwritten: 0 };
      if (own.things.has(what)) return;
      own.things.add(what);
      own.unwritten++;
      noted.set(userId, own);
      size++;
    },
    flush,
    async close() {
      clearInterval(timer);
      await flush();
    },
  };
}

const CONFLICT = 'ON CONFLICT (user_id, day_began_at) DO UPDATE SET views = views + excluded.views';

/** Adds to what was counted of people on this day of the clinic; those who are gone are left out. */
async function write(database: Database, zone: string, counts: readonly [userId: string, views: number][]): Promise<void> {
  const { models, sequelize, dialect, transaction } = database;
  const day = database.time(DateTime.now().setZone(zone).startOf('day').toJSDate());
  await transaction(async () => {
    const there = await models.users.findAll({ where: { id: counts.map(([id]) => id) }, attributes: ['id'] });
    const ids = new Set(there.map(({ id }) => id));
    const rows = counts.filter(([id]) => ids.has(id));
    if (rows.length === 0) return;
    const more = dialect === 'mysql' ? 'ON DUPLICATE KEY UPDATE views = views + VALUES(views)' : CONFLICT;
    const values = rows.map(() => '(?, ?, ?)').join(', ');
    const replacements = rows.flatMap(([id, views]) => [id, day, views]);
    await sequelize.query(`INSERT INTO user_views (user_id, day_began_at, views) VALUES ${values} ${more}`, { replacements });
  });
}
