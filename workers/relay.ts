/**
 * Takes due rows of the outbox and has them done: by this process, or by the queue that is given, which other processes work
 * on. Every process may run a relay; a row is claimed by one of them at a time.
 */
import type { Logger } from '#rooms/ports.ts';
import type { Claimed, Outbox } from '#src/outbox/outbox.ts';

export interface RelayOptions {
  outbox: Outbox;
  /** Does a job or hands it on; resolves when it is done or handed on, never rejects. */
  deliver: (row: Claimed) => Promise<void>;
  /** Jobs in hand at the same time. */
  concurrency: number;
  log: Logger;
}

export interface Relay {
  /** Jobs in hand. */
  active(): number;
  /** Looks at once: something has become due that nobody has told of. */
  wake(): void;
  /** Takes no more; resolves when what is in hand has ended. */
  close(): Promise<void>;
  /** Resolves when nothing is due any more. For tests and commands. */
  drained(): Promise<void>;
}

/** How often rows are looked for without a hint, in milliseconds: those of other processes, and those whose time comes. */
const POLL_MS = 1_000;
/** How long a claim holds: how late a job of a process that died is done, in milliseconds. */
const LEASE_MS = 10_000;

export function startRelay({ outbox, deliver, concurrency, log }: RelayOptions): Relay {
  const inHand = new Map<string, Promise<void>>();
  let closed = false;
  let wanted = false;
  let looking: Promise<number> | undefined;

  /** Claims as much as there is room for and starts it. @returns how many rows were claimed */
  async function look(): Promise<number> {
    const room = concurrency - inHand.size;
    if (room <= 0 || closed) return 0;
    wanted = false;
    const jobs = await outbox.claim(room, LEASE_MS);
    for (const job of jobs) {
      const work = deliver(job).finally(() => {
        inHand.delete(job.id);
        wake();
      });
      inHand.set(job.id, work);
    }
    return jobs.length;
  }

  function wake(): void {
    wanted = true;
    if (looking || closed) return;
    looking = look()
      .catch((error: unknown) => {
        log.warn({ err: error }, 'outbox not read');
        return 0;
      })
      .finally(() => void (looking = undefined));
    void looking.then((claimed) => {
      if ((claimed > 0 || wanted) && inHand.size < concurrency) wake();
    });
  }

  const timer = setInterval(wake, POLL_MS);
  const stops = [outbox.onDue(wake), holdClaims(inHand, outbox, log), () => clearInterval(timer)];
  wake();

  return {
    active: () => inHand.size,
    wake,
    async close() {
      closed = true;
      for (const stop of stops) stop();
      await looking;
      await Promise.all(inHand.values());
    },
    async drained() {
      for (;;) {
        while (looking) await looking;
        await Promise.all(inHand.values());
        // Last of all what is in hand: a look that ended meanwhile may have claimed what this one passed by.
        if ((await look()) === 0 && !looking && inHand.size === 0) return;
      }
    },
  };
}

/** Extends the claims of jobs that take long. */
function holdClaims(inHand: ReadonlyMap<string, unknown>, outbox: Outbox, log: Logger): () => void {
  const timer = setInterval(() => {
    if (inHand.size === 0) return;
    outbox.extend([...inHand.keys()], LEASE_MS).catch((error: unknown) => log.warn({ err: error }, 'claims not extended'));
  }, LEASE_MS / 3);
  return () => clearInterval(timer);
}
