import type { Behaviour, StopReason } from '#rooms/actor.ts';
import { RoomError } from '#rooms/errors.ts';
import { createMemoryDirectory } from '#rooms/memory-directory.ts';
import { createMemoryBusHub } from '#rooms/memory-node-bus.ts';
import { createOwnership, type Ownership } from '#rooms/ownership.ts';
import { createCommands } from '#rooms/room-commands.ts';
import type { RoomMessage } from '#rooms/room-messages.ts';
import { createRouter, type Router } from '#rooms/router.ts';
import { createSupervisor, type Self, type Supervisor, type SupervisorOptions } from '#rooms/supervisor.ts';
import { createMemoryLog } from '#tests/support/memory-ports.ts';
import { until } from '#tests/support/wait.ts';

type Message = 'who' | 'break' | 'forbid' | 'quit' | 'retire';

interface Node {
  supervisor: Supervisor<Message>;
  router: Router<Message>;
  opened: string[];
  stopped: [string, StopReason][];
  state: {
    busy: boolean;
    /** Holds up the end of a room. */ stopping?: Promise<void>;
    /** Where rooms open; here by default. */ placed?: string;
    /** Whether this node opens none. */ draining?: boolean;
  };
  close(): Promise<void>;
}

let time = 0;
const nodes: Node[] = [];
afterEach(async () => {
  for (const node of nodes.splice(0)) await node.close();
});

function createNode(
  shared = { directory: createMemoryDirectory(() => time), hub: createMemoryBusHub() },
  options: Partial<SupervisorOptions<Message>> = {},
  nodeId = 'a',
): Node {
  const { directory, hub } = shared;
  const log = createMemoryLog();
  const bus = hub.join(nodeId);
  const opened: string[] = [];
  const stopped: [string, StopReason][] = [];
  const state: Node['state'] = { busy: false };
  const open = async (id: string, self: Self<Message>): Promise<Behaviour<Message>> => {
    opened.push(id);
    const instance = `${nodeId}/${id}#${opened.length}`;
    return {
      handle(message) {
        if (message === 'break') throw new TypeError('broken');
        if (message === 'forbid') throw new RoomError('forbidden');
        if (message === 'quit') self.quit('ended');
        if (message === 'retire') self.retire();
        return instance;
      },
      idle: () => !state.busy,
      stop: async (reason) => {
        stopped.push([id, reason]);
        await state.stopping;
      },
    };
  };
  const ownership = createOwnership({ directory, nodeId, ttlMs: 60_000, log, onLost: (id) => supervisor.fence(id) });
  const supervisor = createSupervisor<Message>({ open, ownership, log, capacity: 100, maxFailures: 3, ...options });
  // Rooms open where they are asked for; where else, the tests of placement say.
  const placement = { choose: () => state.placed ?? nodeId, refusal: () => (state.draining ? ('shutting_down' as const) : null) };
  const plain = { summaries: () => [], obey: async () => null, receive: (message: unknown) => message as Message };
  const router = createRouter({ supervisor, directory, bus, placement, log, ...plain });
  const node: Node = {
    supervisor,
    router,
    opened,
    stopped,
    state,
    close: async () => {
      await supervisor.close();
      ownership.close();
      await bus.close();
    },
  };
  nodes.push(node);
  return node;
}

const ask = (node: Node, roomId: string, message: Message): Promise<unknown> =>
  node.router.ask(roomId, message, { deadlineMs: 2_000, requestId: crypto.randomUUID() });

describe('supervisor', () => {
  test('get() by many at once starts one actor', async () => {
    const node = createNode();
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(node, 'r', 'who')));
    expect(new Set(answers)).toEqual(new Set(['a/r#1']));
    expect(node.opened).toEqual(['r']);
  });

  test('a rejected start reaches everybody who waited for it and is forgotten', async () => {
    let failing = true;
    const good: Behaviour<Message> = { handle: () => 'here', idle: () => true, stop: async () => undefined };
    const node = createNode(undefined, {
      open: async () => {
        if (failing) throw new RoomError('not_found');
        return good;
      },
    });
    const both = await Promise.allSettled([ask(node, 'r', 'who'), ask(node, 'r', 'who')]);
    expect(both.map((outcome) => outcome.status)).toEqual(['rejected', 'rejected']);
    failing = false;
    expect(await ask(node, 'r', 'who')).toBe('here');
  });

  test('an actor whose lease is lost while it opens does not begin', async () => {
    const held = new Set<string>();
    const ownership: Ownership = {
      take: async (id) => void held.add(id),
      give: async (id) => void held.delete(id),
      has: (id) => held.has(id),
      close: () => undefined,
    };
    const { promise: read, resolve: goOn } = Promise.withResolvers<void>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const reasons: StopReason[] = [];
    const behaviour: Behaviour<Message> = {
      handle: () => 'here',
      idle: () => true,
      stop: async (reason) => void reasons.push(reason),
    };
    const open = async (): Promise<Behaviour<Message>> => {
      begin();
      await read;
      return behaviour;
    };
    const { supervisor } = createNode(undefined, { ownership, open });
    const starting = supervisor.get('r');
    await begun;
    held.delete('r');
    supervisor.fence('r');
    goOn();
    await expect(starting).rejects.toMatchObject({ code: 'room_moved' });
    expect([supervisor.peek('r'), reasons]).toEqual([undefined, ['fenced']]);
  });

  test('an actor is started anew after so many unexpected failures in a row', async () => {
    const node = createNode();
    for (let round = 0; round < 3; round++) await expect(ask(node, 'r', 'break')).rejects.toThrow('broken');
    await until('the stop', () => node.stopped.length === 1);
    expect(node.stopped).toEqual([['r', 'failed']]);
    expect(await ask(node, 'r', 'who')).toBe('a/r#2');
  });

  test('a success between failures, and expected faults, do not count', async () => {
    const node = createNode();
    for (let round = 0; round < 4; round++) {
      await expect(ask(node, 'r', 'break')).rejects.toThrow('broken');
      await expect(ask(node, 'r', 'forbid')).rejects.toMatchObject({ code: 'forbidden' });
      await expect(ask(node, 'r', 'break')).rejects.toThrow('broken');
      expect(await ask(node, 'r', 'who')).toBe('a/r#1');
    }
    expect(node.stopped).toEqual([]);
  });

  test('retire() stops an idle actor, and only an idle one', async () => {
    const node = createNode();
    node.state.busy = true;
    await ask(node, 'r', 'retire');
    expect(node.supervisor.peek('r')).toBeDefined();
    node.state.busy = false;
    await ask(node, 'r', 'retire');
    expect(node.supervisor.peek('r')).toBeUndefined();
    await until('the stop', () => node.stopped.length === 1);
    expect(await ask(node, 'r', 'who')).toBe('a/r#2');
  });

  test('quit() answers what waits with visit_ended', async () => {
    const node = createNode();
    await ask(node, 'r', 'who');
    expect(await ask(node, 'r', 'quit')).toBe('a/r#1');
    expect(node.stopped).toEqual([['r', 'ended']]);
  });

  test('a room that is being opened counts as one of the node, and can be given up', async () => {
    const { promise: read, resolve: goOn } = Promise.withResolvers<void>();
    const reasons: StopReason[] = [];
    const { supervisor } = createNode(undefined, {
      open: async () => {
        await read;
        return { handle: () => 'here', idle: () => true, stop: async (reason) => void reasons.push(reason) };
      },
    });
    const starting = supervisor.get('r');
    const before = supervisor.ids();
    const given = supervisor.release('r');
    goOn();
    await starting;
    expect([await given, reasons, before, supervisor.ids()]).toEqual([true, ['moved'], ['r'], []]);
  });

  test('starts past the bound are refused with room_busy', async () => {
    const node = createNode(undefined, { maxActors: 2 });
    await ask(node, 'r1', 'who');
    await ask(node, 'r2', 'who');
    await expect(ask(node, 'r3', 'who')).rejects.toMatchObject({ code: 'room_busy' });
  });

  test('close() stops everything, also what was just starting; later starts are refused', async () => {
    const node = createNode();
    await ask(node, 'r1', 'who');
    const late = ask(node, 'r2', 'who').catch((error: RoomError) => error.code);
    await node.supervisor.close();
    expect(await late).toMatch(/shutting_down|a\/r2/);
    expect(node.stopped.map(([, reason]) => reason)).not.toContain('idle');
    expect([...node.supervisor.actors()]).toEqual([]);
    await expect(ask(node, 'r3', 'who')).rejects.toMatchObject({ code: 'shutting_down' });
  });
});

describe('router', () => {
  const cluster = (): [Node, Node] => {
    const shared = { directory: createMemoryDirectory(() => time), hub: createMemoryBusHub() };
    return [createNode(shared, {}, 'a'), createNode(shared, {}, 'b')];
  };

  test('ask() on another node reaches the owner', async () => {
    const [a, b] = cluster();
    expect(await ask(a, 'r', 'who')).toBe('a/r#1');
    expect(await ask(b, 'r', 'who')).toBe('a/r#1');
    expect(b.opened).toEqual([]);
    await expect(ask(b, 'r', 'forbid')).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('ask() from both nodes at once opens one actor', async () => {
    const [a, b] = cluster();
    const answers = await Promise.all([a, b, a, b].map((node) => ask(node, 'r', 'who').catch((error: RoomError) => error.code)));
    const owners = answers.filter((answer) => answer !== 'room_moved');
    expect(new Set(owners).size).toBe(1);
    expect(a.opened.length + b.opened.length).toBe(1);
  });

  test('ask() opens the room here when its owner is gone', async () => {
    const [a, b] = cluster();
    await ask(a, 'r', 'who');
    await a.close();
    expect(await ask(b, 'r', 'who')).toBe('b/r#1');
  });

  test('ask() reaches a room that opens anew on the node that was just closing it', async () => {
    const [a, b] = cluster();
    a.state.placed = 'b';
    const { promise: saved, resolve: save } = Promise.withResolvers<void>();
    b.state.stopping = saved;
    expect(await ask(b, 'r', 'who')).toBe('b/r#1');
    await ask(b, 'r', 'retire');
    // The lease still says b, and b that it has the room no more: it is asked once again after it has opened the room.
    const asked = ask(a, 'r', 'who');
    setImmediate(save);
    expect(await asked).toBe('b/r#2');
  });

  /** A node that gives a room up, whose end is held up, and somebody who asks it for that room meanwhile. */
  async function askInBetween(state: Partial<Node['state']>) {
    const [a, b] = cluster();
    const { promise: saved, resolve: save } = Promise.withResolvers<void>();
    await ask(a, 'r', 'who');
    Object.assign(a.state, { stopping: saved, ...state });
    const given = a.supervisor.release('r');
    await until('the stop', () => a.stopped.length === 1);
    const asked = ask(a, 'r', 'who').catch((error: RoomError) => error.code);
    // All of it is promises: by then it has come as far as it can.
    await new Promise(setImmediate);
    save();
    return { a, b, given: await given, asked: await asked };
  }

  test('a node that drains does not take back a room whose next owner found that it had it still', async () => {
    const { a, given, asked } = await askInBetween({ draining: true, placed: 'b' });
    expect([given, asked, a.opened]).toEqual([true, 'room_moved', ['r']]);
    expect(await ask(a, 'r', 'who')).toBe('b/r#1');
  });

  test('a room that moves is not opened again by whoever waited for its end', async () => {
    const { a, b, given, asked } = await askInBetween({});
    expect([given, asked, a.opened]).toEqual([true, 'room_moved', ['r']]);
    expect(await ask(b, 'r', 'who')).toBe('b/r#1');
  });

  test('a node that drains opens no room because another one believes that it has it', async () => {
    const shared = { directory: createMemoryDirectory(() => time), hub: createMemoryBusHub() };
    const a = createNode(shared);
    const b = shared.hub.join('b');
    b.serve(async () => ({ owner: 'a' }));
    Object.assign(a.state, { draining: true, placed: 'b' });
    await expect(ask(a, 'r', 'who')).rejects.toMatchObject({ code: 'room_moved' });
    expect(a.opened).toEqual([]);
    await b.close();
  });

  test('a command goes to a room that moved once more, as another question', async () => {
    const ids: string[] = [];
    const router = {
      ask: async (_room: string, _message: RoomMessage, { requestId }: { requestId: string }) => {
        ids.push(requestId);
        if (ids.length === 1) throw new RoomError('room_moved');
      },
    };
    await createCommands(router, 1_000)('r', { kind: 'start', requestId: 'one' });
    expect(ids).toEqual(['one', 'one:again']);
  });

  test('a lease that ran out and was taken fences the former owner', async () => {
    const shared = { directory: createMemoryDirectory(() => time), hub: createMemoryBusHub() };
    const log = createMemoryLog();
    let lost = '';
    const ownership = createOwnership({ directory: shared.directory, nodeId: 'a', ttlMs: 30, log, onLost: (id) => (lost = id) });
    await ownership.take('r');
    time += 1_000;
    expect((await shared.directory.claim('r', 'b', 60_000)).claimed).toBe(true);
    await until('the renewal that fails', () => lost === 'r');
    ownership.close();
  });

  test('tell() never opens a room', async () => {
    const [a, b] = cluster();
    await a.router.tell('r', 'who', 't1');
    await b.router.tell('r', 'who', 't2');
    expect([...a.opened, ...b.opened]).toEqual([]);
  });
});
