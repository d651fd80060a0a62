/** Tells rooms that connections are gone, again and again until they know: they would keep the seat of such a connection for ever. */
import type { Logger } from './ports.ts';
import type { RoomMessage } from './room-messages.ts';
import type { Router } from './router.ts';

type Gone = Extract<RoomMessage, { kind: 'gone' }>;

export interface Farewells {
  say(roomId: string, message: Gone, requestId: string): void;
  /** Those of which it is not known yet whether anybody should be told. */
  readonly waiting: number;
  close(): void;
}

export interface FarewellOptions {
  tell: Router<RoomMessage>['tell'];
  /** How long nobody has to have the room before nobody needs to know, in ms. Its lease may be lost and taken again while it is open. */
  patienceMs: Readonly<Record<Gone['reason'], number>>;
  log: Pick<Logger, 'warn'>;
}

/** In ms. */
const AGAIN_MS = 1_000;
const AT_ONCE = 500;
/** Past it the oldest are forgotten. */
const MOST = 20_000;

interface Farewell {
  roomId: string;
  message: Gone;
  requestId: string;
  /** Since when nobody has the room, in `performance.now()`; null while that is not known. */
  absentSince: number | null;
}

/** @returns whether nothing is left to do */
async function tryOnce({ tell, patienceMs }: FarewellOptions, farewell: Farewell, requestId: string): Promise<boolean> {
  const { roomId, message } = farewell;
  try {
    if (await tell(roomId, message, requestId)) return true;
  } catch (error) {
    farewell.absentSince = null;
    throw error;
  }
  const now = performance.now();
  farewell.absentSince ??= now;
  return now - farewell.absentSince >= patienceMs[message.reason];
}

export function createFarewells(options: FarewellOptions): Farewells {
  const waiting = new Set<Farewell>();
  let tries = 0;
  let closed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  // Each try under an id of its own: a node that had not the room yet would repeat that.
  const attempt = (farewell: Farewell): Promise<boolean> => tryOnce(options, farewell, `${farewell.requestId}:${++tries}`);
  const schedule = (): void => {
    if (!closed && waiting.size > 0) timer ??= setTimeout(() => void again(), AGAIN_MS).unref();
  };
  const again = async (): Promise<void> => {
    const unsaid = [...waiting];
    for (let at = 0; at < unsaid.length && !closed; at += AT_ONCE) {
      const some = unsaid.slice(at, at + AT_ONCE);
      // One that cannot be said waits for the next time.
      await Promise.all(
        some.map((farewell) =>
          attempt(farewell).then(
            (done) => done && waiting.delete(farewell),
            () => undefined,
          ),
        ),
      );
    }
    timer = undefined;
    schedule();
  };
  const keep = (farewell: Farewell): void => {
    const [oldest] = waiting;
    if (waiting.size >= MOST && oldest) waiting.delete(oldest);
    waiting.add(farewell);
    schedule();
  };
  return {
    say(roomId, message, requestId) {
      const farewell: Farewell = { roomId, message, requestId, absentSince: null };
      attempt(farewell).then(
        (done) => !done && keep(farewell),
        (error: unknown) => {
          options.log.warn({ err: error, roomId, requestId }, 'room not told about a lost connection yet');
          keep(farewell);
        },
      );
    },
    get waiting() {
      return [...waiting].filter(({ absentSince }) => absentSince === null).length;
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
