/** Brings a message to the actor of its room: here, or on the node that owns the room. */
import { randomUUID } from 'node:crypto';
import type { Actor } from './actor.ts';
import type { Directory } from './directory.ts';
import { RoomError, type RoomErrorCode } from './errors.ts';
import { createFoundOwners, type FoundOwners } from './found-owners.ts';
import { openOn } from './hand-over.ts';
import type { BusRequest, NodeBus } from './node-bus.ts';
import { OwnedElsewhere } from './ownership.ts';
import type { Placement } from './placement.ts';
import type { Logger, Tracing } from './ports.ts';
import type { Supervisor } from './supervisor.ts';
import { stamped } from './tracing.ts';

export interface RouterOptions<M, S> {
  supervisor: Supervisor<M>;
  directory: Directory;
  bus: NodeBus;
  /** Which node opens a room that nobody has. */
  placement: Placement;
  /** What lists say of the rooms that are open here; plain JSON. */
  summaries: () => S[];
  /** Does what another node's operators want of this one. */
  obey: (order: NodeOrder) => Promise<unknown>;
  log: Pick<Logger, 'warn'>;
  /** Checks a message of another node, which may run another version. @throws {RoomError} `unknown_event`, `invalid_payload` */
  receive: (message: unknown) => M;
  tracing?: Tracing | null | undefined;
}

/** What operators want of a node. */
export type NodeOrder = { action: 'drain' } | { action: 'undrain' } | { action: 'move'; roomId: string; to: string | null };

export interface Router<M, S = unknown> {
  /**
   * Asks the room; opens it when nobody has it, here or where there is most room for it. The callbacks of a local room run inside the actor's turn.
   * Fails with `deadline` after `deadlineMs`, `room_moved` when the owner changed twice meanwhile, or what the room threw.
   */
  post(roomId: string, message: M, options: AskOptions, resolve: (value: unknown) => void, reject: (error: unknown) => void): void;
  /** `post` as a promise. */
  ask(roomId: string, message: M, options: AskOptions): Promise<unknown>;
  /**
   * Tells the room if it is open anywhere; never opens it.
   * @returns whether somebody has the room
   * @throws {RoomError} when it may not have heard it: to be told again
   */
  tell(roomId: string, message: M, requestId: string): Promise<boolean>;
  /** The rooms that are open here and on these nodes; those of a node that does not answer are missing. */
  list(nodes: readonly string[]): Promise<S[]>;
  /** Has a node do what its operators want; this one too. */
  order(nodeId: string, order: NodeOrder): Promise<unknown>;
}

export interface AskOptions {
  deadlineMs: number;
  /** Dedupes the request on its way to another node. */
  requestId: string;
  /** Asked before the room is opened for this question; what it throws is the answer. */
  mayOpen?: () => Promise<unknown>;
}

/** One question on its way. */
interface Job<M> {
  roomId: string;
  message: M;
  options: AskOptions;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

/** One message on the bus to a room of another node. */
interface ToRoom<M> {
  roomId: string;
  message: M;
  mode: 'ask' | 'tell';
  deadlineMs: number;
}

type Envelope<M> = ToRoom<M> | { mode: 'list' } | { mode: 'open'; roomId: string } | { mode: 'order'; order: NodeOrder };

/** How long a list waits for other nodes, in ms. */
const LIST_DEADLINE_MS = 1_000;
/** How long a node has for opening a room before another one is asked, in ms. */
const OPEN_DEADLINE_MS = 2_000;
/** How long a node has for what operators want of it, in ms. */
const ORDER_DEADLINE_MS = 20_000;
/** Answers after which an owner is looked up again. */
const UNSURE: ReadonlySet<RoomErrorCode> = new Set<RoomErrorCode>(['deadline', 'stale_epoch', 'storage_unavailable', 'shutting_down']);
/** Deadline of a message that nobody waits for, on its way to another node. */
const TELL_DEADLINE_MS = 5_000;

const inTime = (deadlineMs: number): BusRequest => ({ deadlineMs, requestId: randomUUID() });

export function createRouter<M, S>(parts: RouterOptions<M, S>): Router<M, S> {
  const { supervisor, directory, bus, summaries, obey, tracing } = parts;
  const local = (roomId: string): Actor<M> | undefined => supervisor.peek(roomId);
  const owners = createFoundOwners();

  const find = async (asked: Job<M>): Promise<void> => {
    const { job, left } = timed(asked);
    const { roomId, message, options, resolve, reject } = job;
    try {
      if (await askOwner(parts, owners, job)) return;
      const known = local(roomId) ?? (await supervisor.find(roomId));
      if (!known) await options.mayOpen?.();
      if (left() <= 0) return;
      const actor = known ?? (await openSomewhere(parts, roomId, { left, requestId: options.requestId }));
      // Nobody waits any more: what was asked must not happen behind their back.
      if (left() > 0) actor.mailbox.post(message, left(), resolve, reject);
    } catch (error) {
      // Another node was faster: it has the room now, or the sender tries again.
      if (error instanceof OwnedElsewhere && error.nodeId !== bus.nodeId && (await askAway(bus, error.nodeId, apart(job, 'opened'))))
        return;
      reject(error);
    }
  };

  const tell = async (roomId: string, message: M, requestId: string): Promise<boolean> => {
    const actor = local(roomId) ?? (await supervisor.find(roomId));
    if (actor) {
      actor.mailbox.tell(message, true);
      return true;
    }
    const owner = await directory.lookup(roomId);
    if (!owner || owner.nodeId === bus.nodeId) return false;
    await remote(bus, owner.nodeId, { roomId, message, mode: 'tell', deadlineMs: TELL_DEADLINE_MS }, requestId);
    return true;
  };

  bus.serve((received) => answerOtherNode(parts, received as Envelope<M>));

  const listOf = async (nodeId: string): Promise<S[]> => {
    return (await bus.request(nodeId, { mode: 'list' }, inTime(LIST_DEADLINE_MS)).catch(() => [])) as S[];
  };

  const post: Router<M>['post'] = (roomId, asked, options, resolve, reject) => {
    tracing?.note({ 'wenzhen.room_id': roomId });
    const message = tracing ? stamped(tracing, asked) : asked;
    const actor = local(roomId);
    if (actor) actor.mailbox.post(message, options.deadlineMs, resolve, reject);
    else void find({ roomId, message, options, resolve, reject });
  };

  return {
    post,
    ask: (roomId, message, options) => new Promise((resolve, reject) => post(roomId, message, options, resolve, reject)),
    tell,
    list: async (nodes) => [...summaries(), ...(await Promise.all(nodes.map(listOf))).flat()],
    order: (nodeId, order) =>
      nodeId === bus.nodeId ? obey(order) : bus.request(nodeId, { mode: 'order', order }, inTime(ORDER_DEADLINE_MS)),
  };
}

/** Faults of a node that was to open a room, after which another one is asked. Whatever it may still do, the lease lets one have it. */
const PASSED_OVER: ReadonlySet<RoomErrorCode> = new Set<RoomErrorCode>([
  ...(['deadline', 'room_moved', 'room_busy', 'shutting_down', 'media_unavailable'] as const),
]);

/**
 * Opens a room where there is most room for it.
 * @returns its actor when that is here
 * @throws {OwnedElsewhere} when another node has it now
 * @throws {RoomError} `shutting_down`, `media_unavailable` when no node takes rooms, `room_moved` when it is just leaving this one, or what opening it threw
 */
async function openSomewhere<M, S>(
  { supervisor, bus, placement, log }: RouterOptions<M, S>,
  roomId: string,
  { left, requestId }: { left: () => number; requestId: string },
): Promise<Actor<M>> {
  const refused = new Set<string>();
  for (;;) {
    const nodeId = placement.choose(refused);
    if (nodeId === null) throw new RoomError(placement.refusal() ?? 'room_busy');
    if (nodeId === bus.nodeId) return supervisor.get(roomId, requestId);
    const owner = await openOn(bus, nodeId, roomId, Math.min(OPEN_DEADLINE_MS, left())).catch((error: unknown) => {
      if (!(error instanceof RoomError) || !PASSED_OVER.has(error.code)) throw error;
      log.warn({ err: error, roomId, nodeId }, 'room not opened where it was placed');
      return null;
    });
    if (owner === bus.nodeId && placement.refusal() && !supervisor.peek(roomId)) {
      // It is on its way from here, and was found by the lease that it had still: opened here again, nobody would hand it over.
      await supervisor.stopped(roomId);
      throw new RoomError('room_moved');
    }
    if (owner === bus.nodeId) return supervisor.get(roomId, requestId);
    if (owner) throw new OwnedElsewhere(owner);
    refused.add(nodeId);
  }
}

/** Opens a room because another node has placed it here. @returns who has it now */
async function openForOther<M, S>({ supervisor, bus, placement }: RouterOptions<M, S>, roomId: string): Promise<{ owner: string }> {
  const refusal = placement.refusal();
  if (refusal && !supervisor.peek(roomId)) throw new RoomError(refusal);
  try {
    await supervisor.get(roomId);
    return { owner: bus.nodeId };
  } catch (error) {
    if (error instanceof OwnedElsewhere) return { owner: error.nodeId };
    throw error;
  }
}

function remote<M>(bus: NodeBus, nodeId: string, envelope: ToRoom<M>, requestId: string): Promise<unknown> {
  return bus.request(nodeId, envelope, { deadlineMs: envelope.deadlineMs, requestId });
}

/** Asks the owner's node. @returns false when it turned out not to own the room any more */
async function askAway<M>(bus: NodeBus, nodeId: string, { roomId, message, options, resolve, reject }: Job<M>): Promise<boolean> {
  const { deadlineMs, requestId } = options;
  try {
    resolve(await remote(bus, nodeId, { roomId, message, mode: 'ask', deadlineMs }, requestId));
  } catch (error) {
    if (error instanceof RoomError && error.code === 'room_moved') return false;
    reject(error);
  }
  return true;
}

/** The same, of an owner that is believed to be one as long as nothing goes wrong. */
async function askKnown<M>(bus: NodeBus, owners: FoundOwners, nodeId: string, job: Job<M>): Promise<boolean> {
  const reject = (error: unknown): void => {
    if (error instanceof RoomError && UNSURE.has(error.code)) owners.forget(job.roomId);
    job.reject(error);
  };
  const asked = await askAway(bus, nodeId, { ...job, reject });
  if (!asked) owners.forget(job.roomId);
  return asked;
}

/** Asks the other node that has the room. @returns false when none has it */
async function askOwner<M, S>({ bus, directory }: RouterOptions<M, S>, owners: FoundOwners, job: Job<M>): Promise<boolean> {
  if (await askRecent(bus, owners, job)) return true;
  const owner = await directory.lookup(job.roomId);
  if (!owner || owner.nodeId === bus.nodeId) return false;
  owners.found(job.roomId, owner.nodeId);
  return askKnown(bus, owners, owner.nodeId, job);
}

/** Asks where the room was a moment ago. @returns false when that is not known, or not so any more */
async function askRecent<M>(bus: NodeBus, owners: FoundOwners, job: Job<M>): Promise<boolean> {
  const nodeId = owners.of(job.roomId);
  if (nodeId === undefined) return false;
  return askKnown(bus, owners, nodeId, apart(job, 'recent'));
}

/** The same as a question of its own: who has answered that it has not the room may have it a moment later, and an answer is repeated to its id. */
function apart<M>(job: Job<M>, name: string): Job<M> {
  return { ...job, options: { ...job.options, requestId: `${job.options.requestId}:${name}` } };
}

/** Puts a whole search under the deadline of its question. `left` is what remains, in ms. */
function timed<M>(job: Job<M>): { job: Job<M>; left: () => number } {
  const end = performance.now() + job.options.deadlineMs;
  let open = true;
  const timer = setTimeout(() => reject(new RoomError('deadline')), job.options.deadlineMs).unref();
  const once = (settle: () => void): void => {
    clearTimeout(timer);
    if (open) settle();
    open = false;
  };
  const resolve = (value: unknown): void => once(() => job.resolve(value));
  const reject = (error: unknown): void => once(() => job.reject(error));
  return { job: { ...job, resolve, reject }, left: () => (open ? end - performance.now() : 0) };
}

async function answerOtherNode<M, S>(parts: RouterOptions<M, S>, envelope: Envelope<M>): Promise<unknown> {
  switch (envelope.mode) {
    case 'list':
      return parts.summaries();
    case 'open':
      return openForOther(parts, envelope.roomId);
    case 'order':
      return parts.obey(envelope.order);
    default:
      return deliver(parts, envelope);
  }
}

/** Only the owner answers: opening the room here could go in circles with the sender. */
async function deliver<M, S>({ supervisor, receive, tracing }: RouterOptions<M, S>, envelope: ToRoom<M>): Promise<unknown> {
  const { roomId, mode, deadlineMs } = envelope;
  // Of a node with a newer version.
  if (mode !== 'ask' && mode !== 'tell') throw new RoomError('unknown_event');
  const received = receive(envelope.message);
  const message = tracing ? stamped(tracing, received) : received;
  const actor = supervisor.peek(roomId) ?? (await supervisor.find(roomId));
  if (!actor) throw new RoomError('room_moved');
  if (mode === 'ask') return actor.mailbox.ask(message, deadlineMs);
  actor.mailbox.tell(message, true);
  return null;
}
