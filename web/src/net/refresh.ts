/**
 * Renews the session's tokens. A refresh token works once, and using it again ends the session, so that there is one renewal
 * at a time: in this page, and among tabs that were duplicated and so hold the same token.
 */
import { session, sessionRenewed, type Tokens } from '../session.ts';
import { ApiError, call } from './api.ts';

/** Tabs ask each other what became of a refresh token; `tokens` is null where nobody here spent it. */
type Message = { asked: string } | { spent: string; tokens: Tokens | null };

const LOCK = 'wenzhen.refresh';
/** Held by every tab that can answer, as long as it lives. */
const PRESENT = 'wenzhen.refresh.present';
/** How long other tabs have to answer; they only look into their memory, but may be busy. */
const ANSWER_MS = 1_000;

/** Absent without a secure context: then tabs take their chances. */
const { locks } = navigator as { locks?: LockManager };
void locks?.request(PRESENT, { mode: 'shared' }, () => new Promise(() => undefined));

/** What this page's spent refresh tokens gave. */
const given = new Map<string, Tokens>();
const channel = new BroadcastChannel(LOCK);
const tell = (message: Message): void => channel.postMessage(message);

channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
  if ('asked' in data) tell({ spent: data.asked, tokens: given.get(data.asked) ?? null });
  else if (data.tokens && session.get()?.refreshToken === data.spent) take(data.spent, data.tokens);
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
  running ??= (locks ? locks.request(LOCK, renew) : renew()).finally(() => (running = null));
  return running;
}

async function renew(): Promise<boolean> {
  const before = session.get();
  if (!before?.refreshToken) return false;
  if (await anotherTabHas(before.refreshToken)) return true;
  try {
    const tokens = await call<Tokens>('/auth/refresh', { method: 'POST', body: { refreshToken: before.refreshToken }, token: null });
    // Signed out while the answer was on its way.
    if (session.get()?.refreshToken !== before.refreshToken) return session.get() !== null;
    take(before.refreshToken, tokens);
    tell({ spent: before.refreshToken, tokens });
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

/** Asks the other tabs; true when one of them had spent the token, and this one took over what it was given. */
async function anotherTabHas(refreshToken: string): Promise<boolean> {
  const present = (await locks?.query())?.held?.filter(({ name }) => name === PRESENT).length ?? 1;
  if (present <= 1) return false;
  await new Promise<void>((resolve) => {
    let answers = 0;
    const timer = setTimeout(done, ANSWER_MS);
    function done(): void {
      clearTimeout(timer);
      channel.removeEventListener('message', hear);
      resolve();
    }
    // After the listener above, which takes the tokens.
    function hear({ data }: MessageEvent<Message>): void {
      if (!('spent' in data) || data.spent !== refreshToken) return;
      answers += 1;
      if (data.tokens || answers === present - 1) done();
    }
    channel.addEventListener('message', hear);
    tell({ asked: refreshToken });
  });
  return session.get()?.refreshToken !== refreshToken;
}
