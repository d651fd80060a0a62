/** Sends notices to merchants, and sends them again, freshly signed, until the merchant says that it has them. */

export interface Notice {
  headers: Record<string, string>;
  body: string;
}

/** What the merchant answered. */
export interface Receipt {
  status: number;
  body: string;
}

export interface Delivery {
  /** Resolves with the answer to the first try, null when nobody answered; what is refused is tried again later by itself. */
  send(url: string, make: () => Notice): Promise<Receipt | null>;
  /** No further tries. */
  close(): void;
}

const TIMEOUT_MS = 5_000;

/**
 * @param accepted whether an answer ends the tries
 * @param resendAfterMs pauses between the tries; none by default
 */
export function createDelivery(accepted: (receipt: Receipt) => boolean, resendAfterMs: readonly number[] = []): Delivery {
  const timers = new Set<NodeJS.Timeout>();
  const closing = new AbortController();

  async function attempt(url: string, make: () => Notice, pauses: readonly number[]): Promise<Receipt | null> {
    const receipt = await post(url, make(), closing.signal).catch(() => null);
    const [pause, ...rest] = pauses;
    if (pause === undefined || closing.signal.aborted || (receipt && accepted(receipt))) return receipt;
    const timer = setTimeout(() => {
      timers.delete(timer);
      void attempt(url, make, rest);
    }, pause);
    timers.add(timer);
    return receipt;
  }

  return {
    send: (url, make) => attempt(url, make, resendAfterMs),
    close() {
      closing.abort();
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}

async function post(url: string, { headers, body }: Notice, closing: AbortSignal): Promise<Receipt> {
  const signal = AbortSignal.any([closing, AbortSignal.timeout(TIMEOUT_MS)]);
  const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'error' });
  return { status: response.status, body: await response.text() };
}
