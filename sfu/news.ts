/** One-way messages between two nodes, in order and each once, as long as both of them live. */

/** Time between two attempts to send what did not get through, in ms. */
const AGAIN_MS = 500;
/** What does not get through for this long never will, in ms. */
const PATIENCE_MS = 12_000;

export interface NewsSender<N> {
  send(news: N): void;
  /** Settles when all has been sent, or will not be. */
  flushed(): Promise<void>;
  close(): void;
}

/**
 * Sends in batches, one at a time: what comes while one is under way goes with the next.
 * @param deliver sends a batch; the same number again is the same batch
 * @param failed called once, when the other side cannot be reached any more; then nothing more is sent
 */
export function newsSender<N>(deliver: (number: number, news: N[]) => Promise<unknown>, failed: () => void): NewsSender<N> {
  let waiting: N[] = [];
  let number = 0;
  let running: Promise<void> | undefined;
  let closed = false;

  const deliverFor = async (batch: N[]): Promise<void> => {
    const end = performance.now() + PATIENCE_MS;
    while (!closed) {
      try {
        await deliver(number, batch);
        return;
      } catch {
        if (performance.now() > end) {
          closed = true;
          failed();
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, AGAIN_MS).unref());
      }
    }
  };
  const run = async (): Promise<void> => {
    // What is said in the same breath goes together.
    await Promise.resolve();
    while (waiting.length > 0 && !closed) {
      const batch = waiting;
      waiting = [];
      number += 1;
      await deliverFor(batch);
    }
    running = undefined;
  };
  return {
    send(news) {
      if (closed) return;
      waiting.push(news);
      running ??= run();
    },
    flushed: () => running ?? Promise.resolve(),
    close() {
      closed = true;
    },
  };
}

/** The other end: takes each batch once. */
export function newsReceiver<N>(take: (news: N) => void): (number: number, news: N[]) => void {
  let last = 0;
  return (number, news) => {
    if (number <= last) return;
    last = number;
    for (const each of news) take(each);
  };
}
