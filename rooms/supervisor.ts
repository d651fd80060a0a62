/** Starts actors on first use, starts failing ones anew, stops idle ones. */
import { type Actor, type Behaviour, createActor, type StopReason } from './actor.ts';
import { RoomError, type RoomErrorCode } from './errors.ts';
import type { Ownership } from './ownership.ts';
import { createFigures, type Figures, raise } from './figures.ts';
import type { Logger } from './ports.ts';

/** How an actor reaches itself and its supervisor. */
export interface Self<M> {
  /** Puts a message into the own mailbox, past its bound. */
  tell(message: M): void;
  /** Stops the actor if it is still idle when the supervisor looks. */
  retire(): void;
  /** Stops the actor now: it was told to, its subject ended, or another owner was met. */
  quit(reason: 'closed' | 'ended' | 'fenced'): void;
}

export interface SupervisorOptions<M> {
  /**
   * Loads and starts an actor. What it throws reaches everybody who waits for this start, and is forgotten.
   * @param requestId of the first who waits, for the log
   */
  open: (id: string, self: Self<M>, requestId: string | undefined) => Promise<Behaviour<M>>;
  ownership: Ownership;
  log: Logger;
  figures?: Pick<Figures, 'opened' | 'stopped'>;
  /** Messages that may wait in one mailbox. */
  capacity: number;
  /** Actors that may run at once; past it starts fail with `room_busy`. Default 10,000. */
  maxActors?: number;
  /** Unexpected failures in a row after which an actor is started anew from its last snapshot. Default 5. */
  maxFailures?: number;
  /** Timing of turns; see `MailboxOptions.onTimed`. */
  onTimed?: (message: M, waitedMs: number, ranMs: number) => void;
  /** What the log says of a message that failed. */
  describe?: (message: M) => object;
}

export interface Supervisor<M> {
  /** The running actor; starts it when needed. @throws {RoomError} `shutting_down`, `room_busy`, or what `open` threw */
  get(id: string, requestId?: string): Promise<Actor<M>>;
  /** The actor when it runs now. */
  peek(id: string): Actor<M> | undefined;
  /** The actor when it runs or is just being started. */
  find(id: string): Promise<Actor<M> | undefined>;
  actors(): Iterable<Actor<M>>;
  /** Those that run or are just being started. */
  ids(): string[];
  /** The lease of this room is gone: stop without writing. */
  fence(id: string): void;
  /** Stops an actor so that another node can have it. @returns whether it was there, and is free for others now */
  release(id: string): Promise<boolean>;
  /** Waits for a stop that is under way. */
  stopped(id: string): Promise<void>;
  /** Actors that run or are being started. */
  readonly size: number;
  /** Stops everything; starts are refused from now on. */
  close(): Promise<void>;
}

const MAX_ACTORS = 10_000;
const MAX_FAILURES = 5;

/** What senders whose messages were still waiting are told. */
const farewell: Record<StopReason, RoomErrorCode> = {
  idle: 'room_moved',
  closed: 'room_moved',
  failed: 'room_moved',
  fenced: 'room_moved',
  moved: 'room_moved',
  ended: 'visit_ended',
  shutdown: 'shutting_down',
};

export function createSupervisor<M>(options: SupervisorOptions<M>): Supervisor<M> {
  return new RoomSupervisor(options);
}

class RoomSupervisor<M> implements Supervisor<M> {
  readonly #options: SupervisorOptions<M>;
  readonly #figures: Pick<Figures, 'opened' | 'stopped'>;
  readonly #running = new Map<string, Actor<M>>();
  readonly #starting = new Map<string, Promise<Actor<M>>>();
  /** Why each stops, and whether it could give its lease back. */
  readonly #stopping = new Map<string, { reason: StopReason; done: Promise<boolean> }>();
  #closed = false;

  constructor(options: SupervisorOptions<M>) {
    this.#options = options;
    this.#figures = options.figures ?? createFigures();
  }

  get(id: string, requestId?: string): Promise<Actor<M>> {
    const known = this.#running.get(id);
    if (known) return Promise.resolve(known);
    const pending = this.#starting.get(id);
    if (pending) return pending;
    if (this.#closed) return Promise.reject(new RoomError('shutting_down'));
    const { maxActors = MAX_ACTORS } = this.#options;
    if (this.size >= maxActors) return Promise.reject(new RoomError('room_busy'));
    const promise = this.#start(id, requestId).finally(() => this.#starting.delete(id));
    this.#starting.set(id, promise);
    return promise;
  }

  peek(id: string): Actor<M> | undefined {
    return this.#running.get(id);
  }

  find(id: string): Promise<Actor<M> | undefined> {
    return this.#starting.get(id)?.catch(() => undefined) ?? Promise.resolve(this.#running.get(id));
  }

  actors(): Iterable<Actor<M>> {
    return this.#running.values();
  }

  ids(): string[] {
    return [...this.#running.keys(), ...this.#starting.keys()];
  }

  fence(id: string): void {
    const actor = this.#running.get(id);
    if (actor) this.#stop(actor, 'fenced');
  }

  async release(id: string): Promise<boolean> {
    const actor = await this.find(id);
    if (actor) this.#stop(actor, 'moved');
    return (await this.#stopping.get(id)?.done) ?? false;
  }

  async stopped(id: string): Promise<void> {
    await this.#stopping.get(id)?.done;
  }

  get size(): number {
    return this.#running.size + this.#starting.size;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#starting.values());
    for (const actor of [...this.#running.values()]) this.#stop(actor, 'shutdown');
    await Promise.allSettled([...this.#stopping.values()].map(({ done }) => done));
  }

  async #start(id: string, requestId: string | undefined): Promise<Actor<M>> {
    const before = this.#stopping.get(id);
    await before?.done;
    // Its next owner is about to open it: who asks again finds it there, and must not be faster here.
    if (before?.reason === 'moved') throw new RoomError('room_moved');
    if (this.#closed) throw new RoomError('shutting_down');
    const { ownership } = this.#options;
    await ownership.take(id);
    let actor: Actor<M>;
    try {
      actor = await this.#open(id, requestId);
    } catch (error) {
      await ownership.give(id);
      throw error;
    }
    this.#running.set(id, actor);
    raise(this.#figures.opened, actor.behaviour.restored ? 'restored' : 'new');
    // While the room was being opened the server may have begun to close, or the lease was lost: then nothing ran yet to be fenced.
    const isLost = !ownership.has(id);
    if (!this.#closed && !isLost) return actor;
    const reason = isLost ? 'fenced' : 'shutdown';
    this.#stop(actor, reason);
    throw new RoomError(farewell[reason]);
  }

  async #open(id: string, requestId: string | undefined): Promise<Actor<M>> {
    const { open, capacity, onTimed } = this.#options;
    // Unset while `open` runs: whatever the actor tells itself by then has no state to act on.
    let actor: Actor<M> | undefined = undefined;
    const self: Self<M> = {
      tell: (message) => actor?.mailbox.tell(message, true),
      retire: () => actor?.behaviour.idle() && actor.mailbox.depth === 0 && this.#stop(actor, 'idle'),
      quit: (reason) => actor && this.#stop(actor, reason),
    };
    const behaviour = await open(id, self, requestId);
    const onFailure = (error: unknown, inARow: number, message: M): void => actor && this.#fail(actor, error, inARow, message);
    const onStale = (): void => {
      if (actor) this.#stop(actor, 'fenced');
    };
    actor = createActor<M>({ id, behaviour, capacity, onFailure, onStale, ...(onTimed && { onTimed }) });
    return actor;
  }

  #fail(actor: Actor<M>, error: unknown, inARow: number, message: M): void {
    const { log, describe, maxFailures = MAX_FAILURES } = this.#options;
    const { id: roomId, behaviour } = actor;
    log.error({ err: error, roomId, epoch: behaviour.epoch, inARow, ...describe?.(message) }, 'room failed on a message');
    if (inARow >= maxFailures) this.#stop(actor, 'failed');
  }

  #stop(actor: Actor<M>, reason: StopReason): void {
    const { id, behaviour, mailbox } = actor;
    const { log, ownership } = this.#options;
    const { epoch } = behaviour;
    if (this.#running.get(id) !== actor) return;
    this.#running.delete(id);
    raise(this.#figures.stopped, reason);
    if (reason === 'fenced') log.warn({ roomId: id, epoch }, 'room given up: another node has it');
    mailbox.close(new RoomError(farewell[reason]));
    const done = behaviour
      .stop(reason)
      .catch((error: unknown) => log.error({ err: error, roomId: id, epoch }, 'room did not stop cleanly'))
      .then(() => ownership.give(id))
      .then(() => true)
      .catch((error: unknown) => {
        log.warn({ err: error, roomId: id, epoch }, 'lease not given back');
        return false;
      })
      .finally(() => this.#stopping.delete(id));
    this.#stopping.set(id, { reason, done });
  }
}
