import type { NodeReport, NodeStatus } from '#rooms/node-board.ts';
import { type Candidate, chooseNode, createPlacement } from '#rooms/placement.ts';
import { createRandom } from '#tests/support/fuzz/random.ts';

const candidate = (nodeId: string, more: Partial<Candidate> = {}): Candidate => ({
  ...{ nodeId, region: null, load: 0.1, workers: 2, rooms: 0, waiting: 0 },
  ...more,
});

function choose(candidates: Candidate[], { region = null as string | null, home = 'home', seed = 1 } = {}): string | null {
  return chooseNode(candidates, { region, home, limit: 0.6, random: createRandom(seed).next });
}

describe('chooseNode()', () => {
  test('takes nobody from nobody, and the only one there is, however loaded', () => {
    expect(choose([])).toBeNull();
    expect(choose([candidate('a', { load: 0.95 })])).toBe('a');
  });

  test.each([1, 2, 3])(
    'of two takes the less loaded one; of equals the one with fewer rooms, then the one that was asked (seed %i)',
    (seed) => {
      expect(choose([candidate('a', { load: 0.3 }), candidate('b', { load: 0.2 })], { seed })).toBe('b');
      // Loads this close are noise.
      expect(choose([candidate('a', { load: 0.1, rooms: 3 }), candidate('b', { load: 0.11, rooms: 2 })], { seed })).toBe('b');
      expect(choose([candidate('a'), candidate('home')], { seed })).toBe('home');
    },
  );

  test('counts rooms whose people are still to come', () => {
    expect(choose([candidate('a', { rooms: 2, waiting: 2 }), candidate('b', { rooms: 2 })])).toBe('b');
    // Twenty of them weigh more than a tenth of a core.
    expect(choose([candidate('a', { rooms: 20, waiting: 20 }), candidate('b', { load: 0.2, rooms: 30 })])).toBe('b');
  });

  test('stays in the region while a node there has room, and leaves out full nodes while another one is not', () => {
    const [here, full, far] = [
      candidate('here', { region: 'east', load: 0.5 }),
      candidate('full', { region: 'east', load: 0.6 }),
      candidate('far'),
    ];
    for (let seed = 0; seed < 20; seed++) {
      expect(choose([far, full, here], { region: 'east', seed })).toBe('here');
      expect(choose([far, full], { region: 'east', seed })).toBe('far');
      expect(choose([full, { ...here, load: 0.9 }], { region: 'east', seed })).toBe('full');
    }
  });

  test.each([1, 2, 3])('spreads a burst of a thousand rooms over ten nodes (seed %i)', (seed) => {
    const random = createRandom(seed).next;
    const nodes = Array.from({ length: 10 }, (_none, index) => candidate(`n${index}`, { load: 0 }));
    for (let room = 0; room < 1_000; room++) {
      const chosen = chooseNode(nodes, { region: null, home: 'none', limit: 100, random });
      const node = nodes.find(({ nodeId }) => nodeId === chosen)!;
      Object.assign(node, { rooms: node.rooms + 1, waiting: node.waiting + 1 });
    }
    const rooms = nodes.map((node) => node.rooms);
    // At random alone it would be ± 20 and more.
    expect(Math.max(...rooms) - Math.min(...rooms)).toBeLessThan(10);
  });
});

const worker = { pid: 1, load: 0.1, rooms: 0, rss: 0, transports: 0, producers: 0, consumers: 0 };
const status = (nodeId: string, more: Partial<NodeStatus> = {}): NodeStatus => ({
  ...{ nodeId, name: nodeId, region: null, roles: ['api', 'rooms'], protocol: '1', startedAt: 0, draining: false, takesRooms: true },
  ...{ rooms: 0, waiting: 0, peers: 0, sockets: 0, workers: [worker] },
  ...more,
});

describe('createPlacement()', () => {
  const place = (own: NodeStatus, others: NodeReport[]) => createPlacement({ own: () => own, others: () => others, limit: 0.6 });
  const report = (nodeId: string, more: Partial<NodeReport> = {}): NodeReport => ({ ...status(nodeId), seenAt: 0, ...more });

  test('takes turns between two idle nodes, before the other one has said anything new', () => {
    const own = status('a');
    const placement = place(own, [report('b')]);
    const chosen = Array.from({ length: 6 }, () => {
      const node = placement.choose();
      if (node === 'a') Object.assign(own, { rooms: own.rooms + 1, waiting: own.waiting + 1 });
      return node;
    });
    expect(chosen).toEqual(['a', 'b', 'a', 'b', 'a', 'b']);
  });

  test('forgets what it placed once the other one has said something new', () => {
    const other = report('b');
    const placement = place(status('a', { rooms: 1, waiting: 1 }), [other]);
    expect([placement.choose(), placement.choose()]).toEqual(['b', 'a']);
    Object.assign(other, { seenAt: performance.now() + 1, rooms: 0 });
    expect(placement.choose()).toBe('b');
  });

  test('takes neither who drains, nor who has no media, nor who has just refused', () => {
    const others = [report('b', { takesRooms: false }), report('c')];
    expect(place(status('a', { takesRooms: false, draining: true }), others).choose()).toBe('c');
    expect(place(status('a', { takesRooms: false, draining: true }), others).choose(new Set(['c']))).toBeNull();
  });

  test('opens rooms itself when nobody else is there, even without media for a moment; never when it drains or has not that role', () => {
    const without = { takesRooms: false, workers: [] };
    expect(place(status('a', without), []).choose()).toBe('a');
    const draining = place(status('a', { ...without, draining: true }), []);
    expect([draining.choose(), draining.refusal()]).toEqual([null, 'shutting_down']);
    const worker = place(status('a', { ...without, roles: ['jobs'] }), []);
    expect([worker.choose(), worker.refusal()]).toEqual([null, 'media_unavailable']);
  });
});
