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

/** @param tell tells the others once */
export function createTyping(tell: () => void): Typing {
  const who = createStore<readonly string[]>([]);
  const timers = new Map<string, ReturnType<typeof setTimeout>>();
  let toldAt = -Infinity;

  function stopped(peerId: string): void {
    clearTimeout(timers.get(peerId));
    timers.delete(peerId);
    if (who.get().includes(peerId)) who.update((current) => current.filter((id) => id !== peerId));
  }
  return {
    who,
    typed() {
      if (Date.now() - toldAt < TELL_EVERY_MS) return;
      toldAt = Date.now();
      tell();
    },
    done() {
      toldAt = -Infinity;
    },
    heard(peerId) {
      clearTimeout(timers.get(peerId));
      timers.set(
        peerId,
        setTimeout(() => stopped(peerId), FORGET_AFTER_MS),
      );
      if (!who.get().includes(peerId)) who.update((current) => [...current, peerId]);
    },
    stopped,
  };
}
