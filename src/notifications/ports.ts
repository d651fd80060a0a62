/** What telling people needs of other parts. */
import type { Notification, NotificationName } from '#rooms/protocol.ts';

/** Reaches the pages that somebody has open. Without an answer: who has none looks it up later. */
export interface OpenPages {
  notify<N extends NotificationName>(userId: string, name: N, payload: Notification<N>): void;
}
