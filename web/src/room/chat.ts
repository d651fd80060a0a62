/** Chat of a visit: sends with retries, fills gaps, shows everything once. */
import type { ChatPage } from '#rooms/protocol.ts';
import { RequestError, type Request } from '../net/request.ts';
import { createStore, type Store } from '../store.ts';
import { randomId } from './device-id.ts';
import { contiguousSeq, discarded, emptyChat, failed, hasGap, readAll, received, sending, type ChatLog } from './chat-log.ts';

export interface Chat {
  readonly log: Store<ChatLog>;
  /** Highest number up to which the page has everything. */
  seq(): number;
  send(text: string): void;
  /** Tries a failed message again, under its old id: it cannot appear twice. */
  resend(clientMessageId: string): void;
  discard(clientMessageId: string): void;
  read(): void;
  /** Takes the page of a join or admission, asks for what is missing, sends again what was on its way. */
  joined(page: ChatPage): void;
  posted(messages: ChatPage['messages']): void;
}

/** After these the socket breaks, or has: whoever has the room by then gets the message with the rejoin, under its old id. */
const COMES_BACK: ReadonlySet<string> = new Set(['disconnected', 'room_moved', 'stale_epoch', 'not_joined', 'shutting_down']);

/**
 * Makes the chat of one visit. `selfMemberId` is known once the visit was joined.
 * @param noteRead told up to which number the person has read
 */
export function createChat(request: Request, selfMemberId: () => string | null, noteRead: (seq: number) => void): Chat {
  const log = createStore<ChatLog>(emptyChat);
  let filling = false;

  async function fill(): Promise<void> {
    if (filling) return;
    filling = true;
    try {
      while (hasGap(log.get())) {
        const afterSeq = contiguousSeq(log.get());
        const page = await request('chat:history', { afterSeq, limit: 200 });
        log.update((current) => received(current, page.messages, selfMemberId(), page.latestSeq));
        if (contiguousSeq(log.get()) === afterSeq) break;
      }
    } catch (error) {
      // The next message or the rejoin tries again.
      console.warn('chat history', error);
    } finally {
      filling = false;
    }
  }
  async function deliver(clientMessageId: string, text: string): Promise<void> {
    log.update((current) => sending(current, clientMessageId, text));
    try {
      await request('chat:send', { clientMessageId, text });
      // The message itself comes with `chat:posted`, in its place; should that be lost, the gap shows with the next one.
    } catch (error) {
      const code = error instanceof RequestError ? error.code : 'internal';
      // Still on its way.
      if (COMES_BACK.has(code)) return;
      log.update((current) => failed(current, clientMessageId, code));
    }
  }

  return {
    log,
    seq: () => contiguousSeq(log.get()),
    send: (text) => void deliver(randomId(), text),
    resend(clientMessageId) {
      const entry = log.get().outgoing.find((outgoing) => outgoing.clientMessageId === clientMessageId);
      if (entry) void deliver(clientMessageId, entry.text);
    },
    discard: (clientMessageId) => log.update((current) => discarded(current, clientMessageId)),
    read() {
      const { readSeq } = log.get();
      log.update(readAll);
      if (log.get().readSeq > readSeq) noteRead(log.get().readSeq);
    },
    joined(page) {
      log.update((current) => received(current, page.messages, selfMemberId(), page.latestSeq));
      void fill();
      for (const entry of log.get().outgoing) if (entry.state === 'sending') void deliver(entry.clientMessageId, entry.text);
    },
    posted(messages) {
      log.update((current) => received(current, messages, selfMemberId()));
      if (hasGap(log.get())) void fill();
    },
  };
}
