/**
 * Renews the session's tokens. A refresh token works once, and using it again ends the session, so that there is one renewal
 * at a time: in this page, and among tabs that were duplicated and so hold the same token.
 */
import { session, sessionRenewed, type Tokens } from '../session.ts';
import { ApiError, call } from './api.ts';

/** Tabs tell each other what became of a refresh token. */
type Message = { asked: string } | { spent: string; tokens: Tokens };

const LOCK = 'wenzhen.refresh';
/** How long another tab has to answer; it only looks into its memory. */
const ANSWER_MS = 150;

/** What this page's spent refresh tokens gave. */
const given = new Map<string, Tokens>();
const channel = new BroadcastChannel(LOCK);
channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
  if ('asked' in data) {
    const tokens = given.get(data.asked);
    if (tokens) channel.postMessage({ spent: data.asked, tokens } satisfies Message);
  } else if (session.get()?.refreshToken === data.spent) take(data.spent, data.tokens);
});

let running: Promise<boolean> | null = null;

/**
 * Gets new tokens for the session, unless somebody did already.
 * @param stale the token that was refused
 * @returns false when there is no session that could go on
 * @throws {ApiError} nobody could be asked: the session may still be good
 */
export function refresh(stale: string): Promise<boolean> {
  const own = session.get();
  if (!own || own.token !== stale) return Promise.resolve(own !== null);
  running ??= alone(renew).finally(() => (running = null));
  return running;
}

/** Runs while no other tab does; without secure context there is no lock, and tabs take their chances. */
function alone(work: () => Promise<boolean>): Promise<boolean> {
  const { locks } = navigator as { locks?: LockManager };
  return locks ? locks.request(LOCK, work) : work();
}

async function renew(): Promise<boolean> {
  const before = session.get();
  if (!before?.refreshToken) return false;
  if (await otherTabHas(before.refreshToken)) return true;
  try {
    const tokens = await call<Tokens>('/auth/refresh', { method: 'POST', body: { refreshToken: before.refreshToken }, token: null });
    // Signed out while the answer was on its way.
    if (session.get()?.refreshToken !== before.refreshToken) return session.get() !== null;
    take(before.refreshToken, tokens);
    channel.postMessage({ spent: before.refreshToken, tokens } satisfies Message);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status >= 400 && error.status < 429) return false;
    throw error;
  }
}

function take(spent: string, tokens: Tokens): void {
  given.set(spent, tokens);
  sessionRenewed(tokens);
}

/** Asks the other tabs; true when one of them had spent the token and this one took over what it was given. */
function otherTabHas(refreshToken: string): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      unsubscribe();
      resolve(session.get()?.refreshToken !== refreshToken);
    };
    const timer = setTimeout(done, ANSWER_MS);
    const unsubscribe = session.subscribe(done);
    channel.postMessage({ asked: refreshToken } satisfies Message);
  });
}
