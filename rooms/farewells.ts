/** Tells rooms that connections are gone, again and again until they know: they would keep the seat of such a connection for ever. */
import type { Config } from '#config/index.ts';
import type { Logger } from './ports.ts';
import type { RoomMessage } from './room-messages.ts';
import type { Router } from './router.ts';
import { sideBySide } from './side-by-side.ts';

type Gone = Extract<RoomMessage, { kind: 'gone' }>;

export interface Farewells {
  say(roomId: string, message: Gone, requestId: string): void;
  /** Those of which it is not known yet whether anybody should be told. */
  readonly waiting: number;
  close(): void;
}

export interface FarewellOptions {
  tell: Router<RoomMessage>['tell'];
  config: Pick<Config, 'ROOM_LEASE_MS' | 'ROOM_GRACE_MS'>;
  /** Whether other nodes may have the room. */
  clustered: boolean;
  log: Pick<Logger, 'warn'>;
}

/** In ms. */
const AGAIN_MS = 1_000;
/** Past it the oldest are forgotten. */
const MOST = 20_000;

interface Farewell {
  roomId: string;
  message: Gone;
  requestId: string;
  /** Since when nobody has the room, in `performance.now()`; null while that is not known. */
  absentSince: number | null;
}

/**
 * How long nobody has to have the room before nobody needs to know, in ms: it may be open while its lease is lost and taken again. Whose session
 * was revoked, as long as their media may go on there.
 */
function patience({ config, clustered }: FarewellOptions, reason: Gone['reason']): number {
  if (!clustered) return 0;
  return config.ROOM_LEASE_MS * 2 + (reason === 'session_revoked' ? config.ROOM_GRACE_MS : 0);
}

/** @returns whether nothing is left to do */
async function tryOnce(options: FarewellOptions, farewell: Farewell, requestId: string): Promise<boolean> {
  const { roomId, message } = farewell;
  try {
    if (await options.tell(roomId, message, requestId)) return true;
  } catch (error) {
    farewell.absentSince = null;
    throw error;
  }
  const now = performance.now();
  farewell.absentSince ??= now;
  return now - farewell.absentSince >= patience(options, message.reason);
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
    await sideBySide([...waiting], async (farewell) => {
      // One that cannot be said waits for the next time.
      if (!closed && (await attempt(farewell).catch(() => false))) waiting.delete(farewell);
    });
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
