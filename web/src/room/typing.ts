/** Who is typing at the moment. */
import { createStore, type Store } from '../store.ts';

export interface Typing {
  /** Peers that are typing. */
  readonly who: Store<readonly string[]>;
  /** The person at this page typed something. */
  typed(): void;
  /** The person at this page sent it or threw it away. */
  done(): void;
  heard(peerId: string): void;
  /** Their message is here, or they left. */
  stopped(peerId: string): void;
}

/** How often others are told while somebody types, and after how long of silence they have stopped. */
export const TELL_EVERY_MS = 2_000;
export const FORGET_AFTER_MS = 5_000;
/** What is heard of somebody this soon after their message was said before it: it took another way. */
export const LATE_MS = 1_000;

/** @param channel `tell` tells the others once, `hush` takes back what was not told yet */
export function createTyping(channel: { tell(): void; hush(): void }): Typing {
  const who = createStore<readonly string[]>([]);
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  const stoppedAt = new Map<string, number>();
  let toldAt = -Infinity;

  function forget(peerId: string): void {
    clearTimeout(timers.get(peerId));
    timers.delete(peerId);
    if (who.get().includes(peerId)) who.update((current) => current.filter((id) => id !== peerId));
  }
  return {
    who,
    typed() {
      if (Date.now() - toldAt < TELL_EVERY_MS) return;
      toldAt = Date.now();
      channel.tell();
    },
    done() {
      toldAt = -Infinity;
      channel.hush();
    },
    heard(peerId) {
      if (Date.now() - (stoppedAt.get(peerId) ?? -Infinity) < LATE_MS) return;
      clearTimeout(timers.get(peerId));
      timers.set(
        peerId,
        setTimeout(() => forget(peerId), FORGET_AFTER_MS),
      );
      if (!who.get().includes(peerId)) who.update((current) => [...current, peerId]);
    },
    stopped(peerId) {
      stoppedAt.set(peerId, Date.now());
      forget(peerId);
    },
  };
}
