/**
 * Chat of one room: gives the numbers, stores before it acknowledges, and stores together what came meanwhile (group
 * commit). A message is known by its sender and the id that the sender gave it, so repeating one gives the first answer.
 */
import { type Budget, createBudget } from './budgets.ts';
import { durable } from './durable.ts';
import { RoomError } from './errors.ts';
import { Later, outside } from './mailbox.ts';
import type { ChatStore, Logger, Tracing } from './ports.ts';
import type { ChatMessage, ChatPage, Role } from './protocol.ts';
import { inSpan } from './tracing.ts';

/** Messages of one commit, messages that may wait for one, messages and their ids kept in memory. */
const MAX_BATCH = 200;
const MAX_WAITING = 1_000;
const TAIL = 200;
const KNOWN = 2_000;
/** Characters of one answer, for many people may come back at once; messages that are read at once to find as many. */
const PAGE_CHARACTERS = 100_000;
const PART = 50;
const BUDGET_MS = 10_000;
/** Requests of a batch that a line of the log names. */
const MAX_NAMED = 5;

export interface Stored {
  seq: number;
  sentAt: number;
}

export interface ChatAuthor {
  memberId: string;
  name: string;
  role: Role;
}

export interface ChatLogOptions {
  consultationId: string;
  epoch: number;
  store: ChatStore;
  /** Highest number stored when the room was opened. */
  latestSeq: number;
  /** Messages one person may send in ten seconds. */
  perTenSeconds: number;
  log: Logger;
  tracing?: Tracing | null | undefined;
  /** Stored messages to show to everybody, in order; called after their senders were answered. */
  onPosted: (messages: ChatMessage[]) => void;
  /** A newer owner of the room has written. */
  onStale: () => void;
}

export interface ChatLog {
  readonly latestSeq: number;
  /** Stores a message. @throws {RoomError} `rate_limited`, `room_busy`; later `storage_unavailable`, `stale_epoch` */
  send(author: ChatAuthor, clientMessageId: string, text: string, requestId?: string): Stored | Later<Stored>;
  /** Messages after a number, oldest first, or the first of them; from memory when it has them. */
  page(afterSeq: number, limit: number): ChatPage | Promise<ChatPage>;
}

interface Entry {
  key: string;
  author: ChatAuthor;
  clientMessageId: string;
  text: string;
  requestId: string | undefined;
  /** Carrier of the span that it came in. */
  trace: string | undefined;
  senders: Later<Stored>[];
}

const keyOf = (memberId: string, clientMessageId: string): string => `${memberId}/${clientMessageId}`;

/** Opens the log of a room: loads its latest messages. */
export async function openChatLog(options: ChatLogOptions): Promise<ChatLog> {
  const log = new RoomChatLog(options);
  await log.load();
  return log;
}

class RoomChatLog implements ChatLog {
  readonly #options: ChatLogOptions;
  #latest: number;
  #tail: ChatMessage[] = [];
  readonly #known = new Map<string, Stored>();
  readonly #budgets = new Map<string, Budget>();
  readonly #entries = new Map<string, Entry>();
  #waiting: Entry[] = [];
  #committing = false;
  /** Whether `#known` holds every message of the room: then a new id needs no look into the store. */
  #complete = true;
  /** After a failed commit it is open whether its messages were stored. */
  #uncertain = false;

  constructor(options: ChatLogOptions) {
    this.#options = options;
    this.#latest = options.latestSeq;
  }

  get latestSeq(): number {
    return this.#latest;
  }

  async load(): Promise<void> {
    if (this.#latest === 0) return;
    const first = Math.max(0, this.#latest - TAIL);
    this.#complete = first === 0;
    for (const message of await this.#read(first, TAIL)) this.#remember(message);
  }

  send(author: ChatAuthor, clientMessageId: string, text: string, requestId?: string): Stored | Later<Stored> {
    const key = keyOf(author.memberId, clientMessageId);
    const before = this.#known.get(key);
    if (before) return before;
    const sender = new Later<Stored>();
    const pending = this.#entries.get(key);
    if (pending) {
      pending.senders.push(sender);
      return sender;
    }
    this.#charge(author.memberId);
    if (this.#waiting.length >= MAX_WAITING) throw new RoomError('room_busy');
    const trace = this.#options.tracing?.carrier();
    const entry: Entry = { key, author, clientMessageId, text, requestId, trace, senders: [sender] };
    this.#entries.set(key, entry);
    this.#waiting.push(entry);
    if (!this.#committing) void this.#run();
    return sender;
  }

  page(afterSeq: number, limit: number): ChatPage | Promise<ChatPage> {
    if (afterSeq >= this.#latest) return { messages: [], latestSeq: this.#latest };
    const first = this.#tail[0]?.seq ?? Infinity;
    const answer = (messages: readonly ChatMessage[]): ChatPage => ({ messages: fitting(messages), latestSeq: this.#latest });
    if (afterSeq + 1 < first) return this.#readPage(afterSeq, limit).then(answer);
    return answer(this.#tail.filter(({ seq }) => seq > afterSeq).slice(0, limit));
  }

  async #readPage(afterSeq: number, limit: number): Promise<ChatMessage[]> {
    const messages: ChatMessage[] = [];
    while (messages.length < limit && fitting(messages).length === messages.length) {
      const wanted = Math.min(PART, limit - messages.length);
      const part = await this.#read(messages.at(-1)?.seq ?? afterSeq, wanted);
      messages.push(...part);
      if (part.length < wanted) break;
    }
    return messages;
  }

  #read(afterSeq: number, limit: number): Promise<ChatMessage[]> {
    const { consultationId, store, log } = this.#options;
    return durable(log, 'chat.after', store.after(consultationId, afterSeq, limit));
  }

  #charge(memberId: string): void {
    const { perTenSeconds } = this.#options;
    const budget = this.#budgets.get(memberId) ?? createBudget(perTenSeconds, perTenSeconds / BUDGET_MS);
    this.#budgets.set(memberId, budget);
    if (!budget.take()) throw new RoomError('rate_limited');
  }

  #remember(message: ChatMessage): void {
    this.#tail.push(message);
    if (this.#tail.length > TAIL * 2) this.#tail = this.#tail.slice(-TAIL);
    const { seq, sentAt } = message;
    this.#latest = Math.max(this.#latest, seq);
    this.#known.set(keyOf(message.memberId, message.clientMessageId), { seq, sentAt });
    const oldest = this.#known.keys().next().value;
    if (this.#known.size <= KNOWN || oldest === undefined) return;
    this.#known.delete(oldest);
    this.#complete = false;
  }

  /** Commits batch after batch until nobody waits. */
  async #run(): Promise<void> {
    this.#committing = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, MAX_BATCH);
      this.#waiting = this.#waiting.slice(MAX_BATCH);
      try {
        await this.#traced(batch);
      } catch (error) {
        this.#refuse(batch, error);
      }
    }
    this.#committing = false;
  }

  /** A batch stands in the trace of its first message that has one, and is named in those of the others. */
  #traced(batch: Entry[]): Promise<void> {
    const { tracing, consultationId, epoch } = this.#options;
    if (!tracing) return this.#commit(batch);
    const [parent, ...links] = batch.flatMap(({ trace }) => trace ?? []);
    const attributes = { 'wenzhen.room_id': consultationId, 'wenzhen.epoch': epoch, 'wenzhen.messages': batch.length };
    const span = parent === undefined ? null : tracing.start({ name: 'chat commit', kind: 'internal', parent, links, attributes });
    return span ? inSpan(span, () => this.#commit(batch)) : tracing.apart(() => this.#commit(batch));
  }

  async #commit(batch: Entry[]): Promise<void> {
    const { consultationId, epoch, store, log, onPosted } = this.#options;
    if (this.#uncertain) await this.#catchUp();
    const fresh = await this.#withoutRepetitions(batch);
    if (fresh.length === 0) return;
    const sentAt = Date.now();
    const messages = fresh.map(({ author, clientMessageId, text }, index) => {
      const { memberId, name, role } = author;
      return { seq: this.#latest + 1 + index, clientMessageId, memberId, name, role, text, sentAt };
    });
    const requestIds = fresh.slice(0, MAX_NAMED).map(({ requestId }) => requestId);
    const stored = await durable(log, 'chat.append', store.append(consultationId, epoch, messages), { requestIds });
    const asNumbered = stored.every(({ seq }, index) => seq === messages[index]?.seq);
    if (asNumbered) for (const message of messages) this.#remember(message);
    for (const [index, answer] of stored.entries()) this.#answer(fresh[index], answer);
    // Otherwise the store knew one of them after all: take over what it has before the next number is given.
    if (asNumbered) onPosted(messages);
    else await this.#catchUp();
  }

  /** Reads what the store has beyond our last number: messages of a commit whose answer got lost. */
  async #catchUp(): Promise<void> {
    for (;;) {
      const found = await this.#read(this.#latest, TAIL);
      if (found.length === 0) break;
      for (const message of found) this.#remember(message);
      this.#options.onPosted(found);
    }
    this.#uncertain = false;
  }

  /** Answers repetitions; what is left is new. */
  async #withoutRepetitions(batch: Entry[]): Promise<Entry[]> {
    const { consultationId, store, log } = this.#options;
    const look = async ({ key, author, clientMessageId, requestId }: Entry): Promise<Stored | null> => {
      const known = this.#known.get(key);
      if (known || this.#complete) return known ?? null;
      return durable(log, 'chat.find', store.find(consultationId, author.memberId, clientMessageId), { requestId });
    };
    const found = await Promise.all(batch.map(look));
    return batch.filter((entry, index) => {
      const stored = found[index];
      if (stored) this.#answer(entry, stored);
      return !stored;
    });
  }

  #answer(entry: Entry | undefined, stored: Stored): void {
    if (!entry) return;
    this.#entries.delete(entry.key);
    for (const sender of entry.senders) sender.resolve(stored);
  }

  #refuse(batch: Entry[], error: unknown): void {
    this.#uncertain = true;
    for (const entry of batch) {
      if (this.#entries.get(entry.key) === entry) this.#entries.delete(entry.key);
      for (const sender of entry.senders) sender.reject(error);
    }
    if (error instanceof RoomError && error.code === 'stale_epoch') this.#options.onStale();
  }
}

/** The first of these messages that fit into an answer; one at least. */
function fitting(messages: readonly ChatMessage[]): ChatMessage[] {
  let characters = 0;
  const end = messages.findIndex(({ text }) => (characters += text.length) > PAGE_CHARACTERS);
  return messages.slice(0, end === -1 ? messages.length : Math.max(1, end));
}

/** A page as a handler's answer: a read from the store does not hold the room's turn. */
export function pageAnswer(page: ChatPage | Promise<ChatPage>): ChatPage | Later<ChatPage> {
  return page instanceof Promise ? outside(page) : page;
}
