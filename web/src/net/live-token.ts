/**
 * The token of something that outlives it: the socket. One of the page's session is renewed in time and follows what other calls
 * renew; one of a guest stays as it is.
 */
import { session } from '../session.ts';

export interface LiveToken {
  get(): string;
  /** Calls back with each new token. */
  onRenewed(listener: (token: string) => void): void;
  /**
   * The server has refused the token.
   * @returns whether there is another one now; when nobody could be asked, true: the session may still be good
   */
  renew(): Promise<boolean>;
  stop(): void;
}

/** Share of its life after which a token is renewed. */
const SHARE = 2 / 3;
/** Longest pause between renewals, in milliseconds, and the one of devices whose clock says that the token is over. */
const LONGEST_MS = 300_000;
/** Pause after a renewal that did not come about, in milliseconds. */
const RETRY_MS = 3_000;

export function liveToken(token: string): LiveToken {
  const own = session.get()?.token === token;
  const listeners = new Set<(token: string) => void>();
  let current = token;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;

  async function renew(): Promise<boolean> {
    if (!own || !session.get()?.refreshToken) return false;
    const { refresh } = await import('./refresh.ts');
    return refresh(current).catch(() => true);
  }
  function plan(): void {
    const left = Date.parse(session.get()?.expiresAt ?? '') - Date.now();
    wait(left > 0 ? Math.min(left * SHARE, LONGEST_MS) : LONGEST_MS);
  }
  function wait(pause: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => void attempt(), pause);
  }
  async function attempt(): Promise<void> {
    const before = current;
    // A new token plans the next renewal by itself. Without a session that can go on there is nothing more to do.
    if ((await renew()) && current === before && !stopped) wait(RETRY_MS);
  }
  const unsubscribe = session.subscribe(() => {
    const next = session.get()?.token;
    if (!own || !next || next === current) return;
    current = next;
    plan();
    for (const listener of listeners) listener(next);
  });
  if (own) plan();

  return {
    get: () => current,
    onRenewed: (listener) => void listeners.add(listener),
    renew,
    stop() {
      stopped = true;
      clearTimeout(timer);
      unsubscribe();
      listeners.clear();
    },
  };
}
