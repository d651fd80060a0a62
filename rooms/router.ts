/** Brings a message to the actor of its room: here, or on the node that owns the room. */
import { randomUUID } from 'node:crypto';
import type { Actor } from './actor.ts';
import type { Directory } from './directory.ts';
import { RoomError } from './errors.ts';
import type { NodeBus } from './node-bus.ts';
import { OwnedElsewhere } from './ownership.ts';
import type { Tracing } from './ports.ts';
import type { Supervisor } from './supervisor.ts';
import { stamped } from './tracing.ts';

export interface RouterOptions<M, S> {
  supervisor: Supervisor<M>;
  directory: Directory;
  bus: NodeBus;
  /** What lists say of the rooms that are open here; plain JSON. */
  summaries: () => S[];
  tracing?: Tracing | null | undefined;
}

export interface Router<M, S = unknown> {
  /**
   * Asks the room; opens it here when nobody has it. The callbacks of a local room run inside the actor's turn.
   * Fails with `deadline` after `deadlineMs`, `room_moved` when the owner changed twice meanwhile, or what the room threw.
   */
  post(roomId: string, message: M, options: AskOptions, resolve: (value: unknown) => void, reject: (error: unknown) => void): void;
  /** `post` as a promise. */
  ask(roomId: string, message: M, options: AskOptions): Promise<unknown>;
  /** Tells the room if it is open anywhere; never opens it. */
  tell(roomId: string, message: M, requestId: string): Promise<void>;
  /** The rooms that are open here and on these nodes; those of a node that does not answer are missing. */
  list(nodes: readonly string[]): Promise<S[]>;
}

export interface AskOptions {
  deadlineMs: number;
  /** Dedupes the request on its way to another node. */
  requestId: string;
  /** Asked before the room is opened here for this question; what it throws is the answer. */
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

type Envelope<M> = ToRoom<M> | { mode: 'list' };

/** How long a list waits for other nodes, in ms. */
const LIST_DEADLINE_MS = 1_000;
/** Deadline of a message that nobody waits for, on its way to another node. */
const TELL_DEADLINE_MS = 5_000;

export function createRouter<M, S>({ supervisor, directory, bus, summaries, tracing }: RouterOptions<M, S>): Router<M, S> {
  const local = (roomId: string): Actor<M> | undefined => supervisor.peek(roomId);

  const find = async (asked: Job<M>): Promise<void> => {
    const { job, left } = timed(asked);
    const { roomId, message, options, resolve, reject } = job;
    try {
      const owner = await directory.lookup(roomId);
      if (owner && owner.nodeId !== bus.nodeId && (await askAway(bus, owner.nodeId, job))) return;
      const known = local(roomId) ?? (await supervisor.find(roomId));
      if (!known) await options.mayOpen?.();
      if (left() <= 0) return;
      const actor = known ?? (await supervisor.get(roomId, options.requestId));
      // Nobody waits any more: what was asked must not happen behind their back.
      if (left() > 0) actor.mailbox.post(message, left(), resolve, reject);
    } catch (error) {
      // Another node was faster: it has the room now, or the sender tries again.
      if (error instanceof OwnedElsewhere && error.nodeId !== bus.nodeId && (await askAway(bus, error.nodeId, job))) return;
      reject(error);
    }
  };

  const tell = async (roomId: string, message: M, requestId: string): Promise<void> => {
    const actor = local(roomId) ?? (await supervisor.find(roomId));
    if (actor) {
      actor.mailbox.tell(message, true);
      return;
    }
    const owner = await directory.lookup(roomId);
    if (!owner || owner.nodeId === bus.nodeId) return;
    await remote(bus, owner.nodeId, { roomId, message, mode: 'tell', deadlineMs: TELL_DEADLINE_MS }, requestId);
  };

  bus.serve(async (received) => {
    const envelope = received as Envelope<M>;
    if (envelope.mode === 'list') return summaries();
    const { message } = envelope;
    return answerOtherNode(supervisor, tracing ? { ...envelope, message: stamped(tracing, message) } : envelope);
  });

  const listOf = async (nodeId: string): Promise<S[]> => {
    const options = { deadlineMs: LIST_DEADLINE_MS, requestId: randomUUID() };
    return (await bus.request(nodeId, { mode: 'list' }, options).catch(() => [])) as S[];
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
  };
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

/** Only the owner answers: opening the room here could go in circles with the sender. */
async function answerOtherNode<M>(supervisor: Supervisor<M>, { roomId, message, mode, deadlineMs }: ToRoom<M>): Promise<unknown> {
  const actor = supervisor.peek(roomId) ?? (await supervisor.find(roomId));
  if (!actor) throw new RoomError('room_moved');
  if (mode === 'ask') return actor.mailbox.ask(message, deadlineMs);
  actor.mailbox.tell(message, true);
  return null;
}
