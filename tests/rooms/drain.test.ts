import { loadConfig } from '#config/index.ts';
import type { Gateway } from '#rooms/gateway.ts';
import { createMemoryBusHub } from '#rooms/memory-node-bus.ts';
import type { NodeStatus } from '#rooms/node-board.ts';
import { createNode } from '#rooms/node.ts';
import type { Supervisor } from '#rooms/supervisor.ts';
import { createMemoryLog } from '#tests/support/memory-ports.ts';
import { until } from '#tests/support/wait.ts';

const worker = { pid: 1, load: 0, rooms: 0, rss: 0, transports: 0, producers: 0, consumers: 0 };
const other: NodeStatus = {
  ...{ nodeId: 'b', name: 'b', region: null, roles: ['api', 'rooms'], protocol: '1', startedAt: 0, draining: false, takesRooms: true },
  ...{ rooms: 0, waiting: 0, peers: 0, sockets: 0, workers: [worker] },
};

/** A node with so many rooms beside one that takes them; a room is given up when the test lets it. */
async function startNode(count: number, answer: () => string = () => 'b') {
  const open = new Set(Array.from({ length: count }, (_none, index) => `r${index}`));
  const { promise: saved, resolve: save } = Promise.withResolvers<void>();
  const begun: string[] = [];
  let sentOn = 0;
  const hub = createMemoryBusHub();
  const [bus, next] = [hub.join('a'), hub.join('b')];
  next.serve(async () => ({ owner: answer() }));
  const supervisor = {
    ids: () => [...open],
    get size() {
      return open.size;
    },
    find: async (id: string) => open.has(id) || undefined,
    async release(id: string) {
      begun.push(id);
      await saved;
      return open.delete(id);
    },
  } as unknown as Supervisor<unknown>;
  const node = createNode({
    ...{ config: loadConfig({}), log: createMemoryLog(), bus, supervisor, rooms: () => [], recycle: () => undefined, living: () => ['b'] },
    media: { workers: () => [worker], healthy: () => true },
    gateway: () => ({ sockets: 0, recycle: () => void sentOn++ }) as unknown as Gateway,
    board: { put: async () => ({ b: JSON.stringify(other) }), remove: async () => undefined },
  });
  return { node, open, save, begun, sentOn: () => sentOn, close: () => Promise.all([node.close(), bus.close(), next.close()]) };
}

test('a node that drains hands everything over; one that takes rooms again keeps what is not on its way', async () => {
  const { node, open, save, begun, sentOn, close } = await startNode(20);
  const draining = node.drain();
  await until('rooms on their way', () => begun.length > 0);
  const onTheirWay = begun.length;
  await node.undrain();
  save();
  await draining;
  expect([begun.length, open.size, sentOn()]).toEqual([onTheirWay, 20 - onTheirWay, 0]);
  expect(onTheirWay).toBeLessThan(20);
  expect(node.status()).toMatchObject({ draining: false, takesRooms: true });

  await node.drain();
  expect([open.size, sentOn()]).toEqual([0, 1]);
  await close();
});

test('the next owner is asked once more when it still found the room here', async () => {
  const answers = ['a', 'b'];
  const { node, open, save, close } = await startNode(1, () => answers.shift() ?? 'nobody');
  await node.report();
  save();
  expect(await node.obey({ action: 'move', roomId: 'r0', to: 'b' })).toEqual({ owner: 'b' });
  expect([answers, open.size]).toEqual([[], 0]);
  await close();
});
