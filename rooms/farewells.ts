/** Tells rooms that connections are gone, again and again until they know: they would keep the seat of such a connection for ever. */
import type { Logger } from './ports.ts';
import type { RoomMessage } from './room-messages.ts';
import type { Router } from './router.ts';

type Gone = Extract<RoomMessage, { kind: 'gone' }>;

export interface Farewells {
  say(roomId: string, message: Gone, requestId: string): void;
  /** Those that could not be said yet. */
  readonly waiting: number;
  close(): void;
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
}

export function createFarewells(tell: Router<RoomMessage>['tell'], log: Pick<Logger, 'warn'>): Farewells {
  const waiting = new Set<Farewell>();
  let tries = 0;
  let closed = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  // Each try under an id of its own: a node that had not the room yet would repeat that.
  const attempt = ({ roomId, message, requestId }: Farewell): Promise<void> => tell(roomId, message, `${requestId}:${++tries}`);
  const schedule = (): void => {
    if (!closed && waiting.size > 0) timer ??= setTimeout(() => void again(), AGAIN_MS).unref();
  };
  const again = async (): Promise<void> => {
    const unsaid = [...waiting];
    for (let at = 0; at < unsaid.length && !closed; at += AT_ONCE) {
      const some = unsaid.slice(at, at + AT_ONCE);
      const said = await Promise.allSettled(some.map(attempt));
      for (const [index, farewell] of some.entries()) if (said[index]?.status === 'fulfilled') waiting.delete(farewell);
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
      const farewell = { roomId, message, requestId };
      attempt(farewell).catch((error: unknown) => {
        log.warn({ err: error, roomId, requestId }, 'room not told about a lost connection yet');
        keep(farewell);
      });
    },
    get waiting() {
      return waiting.size;
    },
    close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
