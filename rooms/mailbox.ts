/**
 * The mailbox of one actor: a bounded queue that hands over one message at a time, in order. Written by hand because a
 * room needs what queues on npm do not have together: a bound that answers at once, deadlines, and answers that leave
 * the turn before the next message starts (see `Later`).
 */
import { RoomError } from './errors.ts';

type Resolve = (value: unknown) => void;
type Reject = (error: unknown) => void;

interface Item<M> {
  message: M;
  resolve: Resolve | undefined;
  reject: Reject | undefined;
  /** on `performance.now()`; Infinity for a tell */
  expiresAt: number;
  /** 0 when this message is not timed */
  enqueuedAt: number;
  settled: boolean;
}

/** How coarsely deadlines are looked at, in ms: one timer a mailbox serves all its asks. */
const SWEEP_MS = 50;
/** Handled places at the front of the queue that are given back together. */
const COMPACT_AT = 1_024;
/** One message of 16 is timed. */
const SAMPLE_MASK = 15;

/**
 * An answer that comes after the handler's turn: a handler that returns one frees the mailbox for the next message.
 * `resolve` and `reject` call the sender at once, inside the caller's turn, so nothing that the caller does afterwards
 * can overtake the answer.
 */
export class Later<T> {
  #outcome: { ok: true; value: T } | { ok: false; error: unknown } | undefined;
  #settle: { resolve: Resolve; reject: Reject } | undefined;

  resolve(value: T): void {
    if (this.#outcome) return;
    this.#outcome = { ok: true, value };
    this.#settle?.resolve(value);
  }

  reject(error: unknown): void {
    if (this.#outcome) return;
    this.#outcome = { ok: false, error };
    this.#settle?.reject(error);
  }

  /** Used by the mailbox: where the answer goes. */
  attach(resolve: (value: T) => void, reject: Reject): void {
    this.#settle = { resolve: resolve as Resolve, reject };
    if (!this.#outcome) return;
    if (this.#outcome.ok) resolve(this.#outcome.value);
    else reject(this.#outcome.error);
  }
}

/** Lets work that needs no turn of the actor (a call to the media worker, a read) go on while the next message runs. */
export function outside<T>(work: Promise<T>): Later<T> {
  const later = new Later<T>();
  work.then(
    (value) => later.resolve(value),
    (error: unknown) => later.reject(error),
  );
  return later;
}

export interface MailboxOptions<M> {
  /** Handles one message. A returned promise holds the turn until it settles; a `Later` frees it at once. */
  handle: (message: M) => unknown;
  /** Messages that may wait; the next sender gets `room_busy`. */
  capacity: number;
  /** A handler failed. The sender, if any, was told already. */
  onError?: (error: unknown, message: M) => void;
  /** A handler did what it was asked. */
  onSuccess?: () => void;
  /** Timing in ms of the first and then every 16th turn; costs nothing when absent. */
  onTimed?: (message: M, waitedMs: number, ranMs: number) => void;
}

export interface Mailbox<M> {
  /**
   * Puts a message in without wanting an answer.
   * @param urgent passes the bound: for what the actor sends to itself, whose number the actor bounds otherwise
   * @returns false when the mailbox is full or closed
   */
  tell(message: M, urgent?: boolean): boolean;
  /**
   * Puts a message in and waits for its answer.
   * @throws {RoomError} `room_busy` past the bound, `deadline` after `deadlineMs`, or what the handler threw
   */
  ask(message: M, deadlineMs: number): Promise<unknown>;
  /** Like `ask`, with callbacks: they run inside the actor's turn, before the next message starts. */
  post(message: M, deadlineMs: number, resolve: Resolve, reject: Reject): void;
  /** Rejects what waits, and everything that comes later, with `error`. A running handler ends by itself. */
  close(error: RoomError): void;
  /** Messages that wait. */
  readonly depth: number;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}

/** Makes a mailbox; the first message of an idle one starts at once, inside the call that brought it. */
export function createMailbox<M>(options: MailboxOptions<M>): Mailbox<M> {
  return new BoundedMailbox(options);
}

class BoundedMailbox<M> implements Mailbox<M> {
  readonly #options: MailboxOptions<M>;
  readonly #queue: (Item<M> | undefined)[] = [];
  #head = 0;
  #running = false;
  #closedWith: RoomError | undefined;
  /** The message whose turn goes on, and those that are promised an answer: their deadlines are watched too. */
  #current: Item<M> | undefined;
  readonly #promised = new Set<Item<M>>();
  #sweeper: ReturnType<typeof setTimeout> | undefined;
  /** `performance.now()` as of the last look; at most `SWEEP_MS` old while an ask is pending */
  #clock = 0;
  #startedAt = 0;
  #count = 0;

  constructor(options: MailboxOptions<M>) {
    this.#options = options;
  }

  get depth(): number {
    return this.#queue.length - this.#head;
  }

  tell(message: M, urgent = false): boolean {
    if (this.#closedWith || (this.depth >= this.#options.capacity && !urgent)) return false;
    this.#enter({ message, resolve: undefined, reject: undefined, expiresAt: Infinity, enqueuedAt: this.#sample(), settled: false });
    return true;
  }

  ask(message: M, deadlineMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => this.post(message, deadlineMs, resolve, reject));
  }

  post(message: M, deadlineMs: number, resolve: Resolve, reject: Reject): void {
    if (this.#closedWith) return reject(this.#closedWith);
    if (this.depth >= this.#options.capacity) return reject(new RoomError('room_busy'));
    if (!this.#sweeper) {
      this.#clock = performance.now();
      this.#watch();
    }
    const expiresAt = this.#clock + deadlineMs + SWEEP_MS;
    this.#enter({ message, resolve, reject, expiresAt, enqueuedAt: this.#sample(), settled: false });
  }

  close(error: RoomError): void {
    if (this.#closedWith) return;
    this.#closedWith = error;
    const waiting = this.#queue.splice(0).slice(this.#head);
    this.#head = 0;
    for (const item of [...waiting, ...this.#promised]) if (item) settle(item, error);
    this.#promised.clear();
    clearTimeout(this.#sweeper);
  }

  #enter(item: Item<M>): void {
    if (this.#running) {
      this.#queue.push(item);
      return;
    }
    this.#running = true;
    if (this.#start(item)) this.#drain();
  }

  #drain(): void {
    const queue = this.#queue;
    while (this.#head < queue.length) {
      const item = queue[this.#head];
      queue[this.#head++] = undefined;
      if (this.#head === COMPACT_AT) {
        queue.splice(0, this.#head);
        this.#head = 0;
      }
      if (!item || item.settled) continue;
      if (item.expiresAt <= this.#clock) settle(item, new RoomError('deadline'));
      else if (!this.#start(item)) return;
    }
    queue.length = 0;
    this.#head = 0;
    this.#running = false;
  }

  /** Starts one message. @returns true when its turn is over already */
  #start(item: Item<M>): boolean {
    if (item.enqueuedAt) this.#startedAt = performance.now();
    let result: unknown;
    try {
      result = this.#options.handle(item.message);
    } catch (error) {
      this.#fail(item, error);
      return true;
    }
    if (!isThenable(result)) {
      this.#finish(item, result);
      return true;
    }
    this.#current = item;
    result.then(this.#onValue, this.#onFailure);
    return false;
  }

  // One message runs at a time, so one pair of callbacks serves all of them.
  readonly #onValue = (value: unknown): void => {
    const item = this.#current;
    this.#current = undefined;
    if (item) this.#finish(item, value);
    this.#drain();
  };

  readonly #onFailure = (error: unknown): void => {
    const item = this.#current;
    this.#current = undefined;
    if (item) this.#fail(item, error);
    this.#drain();
  };

  #finish(item: Item<M>, result: unknown): void {
    if (item.enqueuedAt) this.#time(item);
    if (!(result instanceof Later)) return this.#succeed(item, result);
    if (item.resolve) this.#promised.add(item);
    result.attach(
      (value: unknown) => {
        this.#promised.delete(item);
        this.#succeed(item, value);
      },
      (error) => {
        this.#promised.delete(item);
        settle(item, error);
        this.#options.onError?.(error, item.message);
      },
    );
  }

  #succeed(item: Item<M>, value: unknown): void {
    this.#options.onSuccess?.();
    if (item.settled) return;
    item.settled = true;
    item.resolve?.(value);
  }

  #fail(item: Item<M>, error: unknown): void {
    if (item.enqueuedAt) this.#time(item);
    settle(item, error);
    this.#options.onError?.(error, item.message);
  }

  /** Reading the clock costs more than a message: one in a few is timed. @returns 0 for the others */
  #sample(): number {
    return this.#options.onTimed && (++this.#count & SAMPLE_MASK) === 1 ? performance.now() : 0;
  }

  #time(item: Item<M>): void {
    this.#options.onTimed?.(item.message, this.#startedAt - item.enqueuedAt, performance.now() - this.#startedAt);
  }

  #watch(): void {
    this.#sweeper = setTimeout(() => this.#sweep(), SWEEP_MS);
    this.#sweeper.unref();
  }

  /** Ends what is past its deadline; goes on while something has one. */
  #sweep(): void {
    this.#sweeper = undefined;
    this.#clock = performance.now();
    let pending = false;
    for (const item of [this.#current, ...this.#promised, ...this.#queue]) {
      if (!item || item.settled || item.expiresAt === Infinity) continue;
      if (item.expiresAt > this.#clock) pending = true;
      else settle(item, new RoomError('deadline'));
    }
    for (const item of this.#promised) if (item.settled) this.#promised.delete(item);
    if (pending) this.#watch();
  }
}

function settle<M>(item: Item<M>, error: unknown): void {
  if (item.settled) return;
  item.settled = true;
  item.reject?.(error);
}
