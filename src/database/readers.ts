/**
 * Connections to MySQL for prepared reads. Sequelize's pool spends two hooks, two promises and a timer on each loan, a tenth of
 * a small route; here a loan is a `pop`. Limits are the same: connections, how long one is waited for, how long a statement takes.
 */
import type { Connection, ConnectionOptions } from 'mysql2';
import { ConnectionAcquireTimeoutError } from 'sequelize';
import { limitedMysql } from './time-limit.ts';

export interface Readers {
  /** @throws the driver's error, or `ConnectionAcquireTimeoutError` */
  read(sql: string, values: readonly (string | number | null)[]): Promise<unknown[]>;
  close(): Promise<void>;
}

interface Waiting {
  take(connection: Connection): void;
  giveUp(error: Error): void;
  since: number;
}

/** How often it is looked who has waited too long, in milliseconds. */
const LOOK_MS = 100;

interface Loans {
  /** A connection that nobody uses, or undefined: `next` then waits for one. */
  idle(): Connection | undefined;
  next(waiting: Waiting): void;
  give(connection: Connection): void;
  drop(connection: Connection): void;
  close(): Promise<void>;
}

function createLoans(options: ConnectionOptions, max: number, queue: Waiting[]): Loans {
  const idle: Connection[] = [];
  const all = new Set<Connection>();
  let connecting = 0;
  let closed = false;

  function drop(connection: Connection): void {
    if (!all.delete(connection)) return;
    const place = idle.indexOf(connection);
    if (place >= 0) idle.splice(place, 1);
    connection.destroy();
    grow();
  }
  function give(connection: Connection): void {
    if (!all.has(connection)) return;
    const next = queue.shift();
    if (next) next.take(connection);
    else idle.push(connection);
  }
  /** Opens connections while somebody waits for one. */
  function grow(): void {
    while (!closed && connecting < queue.length && all.size + connecting < max) connect();
  }
  function connect(): void {
    connecting++;
    const connection = limitedMysql.createConnection(options);
    // Without a listener an error between two statements would end the process.
    connection.on('error', () => drop(connection));
    connection.connect((error) => {
      connecting--;
      if (!error) {
        all.add(connection);
        return give(connection);
      }
      connection.destroy();
      // Whoever waits would meet the same.
      queue.shift()?.giveUp(error);
      grow();
    });
  }

  return {
    idle: () => idle.pop(),
    next(waiting) {
      queue.push(waiting);
      grow();
    },
    give,
    drop,
    async close() {
      closed = true;
      const ended = [...all].map((connection) => new Promise<void>((done) => connection.end(() => done())));
      all.clear();
      await Promise.all(ended);
    },
  };
}

/** @param acquireMs how long a connection may be waited for */
export function openReaders(options: ConnectionOptions, { max, acquireMs }: { max: number; acquireMs: number }): Readers {
  const queue: Waiting[] = [];
  const loans = createLoans(options, max, queue);
  let watch: NodeJS.Timeout | undefined;

  /** They stand in the order in which they came. */
  function giveUpLate(): void {
    const late = performance.now() - acquireMs;
    while (queue[0] && queue[0].since <= late)
      queue.shift()?.giveUp(new ConnectionAcquireTimeoutError(new Error(`no connection to read with within ${acquireMs} ms`)));
    if (queue.length > 0) return;
    clearInterval(watch);
    watch = undefined;
  }

  return {
    read(sql, values) {
      const { promise, resolve, reject } = Promise.withResolvers<unknown[]>();
      const run = (connection: Connection): void =>
        void connection.execute(sql, [...values], (error, rows) => {
          // A connection that broke is gone already, or says so next.
          if (error?.fatal) loans.drop(connection);
          else loans.give(connection);
          if (error) reject(error);
          else resolve(rows as unknown[]);
        });
      const connection = loans.idle();
      if (connection) run(connection);
      else {
        watch ??= setInterval(giveUpLate, LOOK_MS).unref();
        loans.next({ take: run, giveUp: reject, since: performance.now() });
      }
      return promise;
    },
    async close() {
      clearInterval(watch);
      await loans.close();
    },
  };
}
