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

export function liveToken(token: string): LiveToken {
  const own = session.get()?.token === token;
  const listeners = new Set<(token: string) => void>();
  let current = token;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function renew(): Promise<boolean> {
    if (!own || !session.get()?.refreshToken) return false;
    const { refresh } = await import('./refresh.ts');
    return refresh(current).catch(() => true);
  }
  function plan(): void {
    clearTimeout(timer);
    const left = Date.parse(session.get()?.expiresAt ?? '') - Date.now();
    const pause = left > 0 ? Math.min(left * SHARE, LONGEST_MS) : LONGEST_MS;
    timer = setTimeout(() => void renew().finally(plan), pause);
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
      clearTimeout(timer);
      unsubscribe();
      listeners.clear();
    },
  };
}
