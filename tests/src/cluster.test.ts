/** What operators see of the cluster and do to it, over REST; the nodes behind it are those of tests/rooms/cluster.test.ts. */
import { randomUUID } from 'node:crypto';
import { v7 as uuid } from 'uuid';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { testNode } from '#tests/support/nodes.ts';

let server: TestApp;
let token: string;
beforeAll(async () => {
  server = await startApp();
  token = server.people.administrator.token;
});
afterAll(() => server.close());

const get = async (path: string) => (await server.call('GET', `/api/v1/cluster/${path}`, token)).body.data.items;
async function post(path: string, body: unknown = {}): Promise<string> {
  const answer = await server.call('POST', `/api/v1/cluster/${path}`, token, body);
  return answer.status === 200 ? 'ok' : `${answer.status} ${answer.body.error.code}`;
}

test('nodes, rooms and queues are listed', async () => {
  const { nodes, database } = server;
  const other = { ...testNode('node-0', { region: 'east', draining: true, takesRooms: false, workers: [] }), seenAt: performance.now() };
  nodes.others = [other];
  const consultationId = randomUUID();
  const room = { consultationId, nodeId: other.nodeId, title: '复诊', peers: 2, lobby: 1, startedAt: null, epoch: 3, openedAt: 1_000_000 };
  nodes.open = [{ ...room, workerPid: 7, tracks: 8, mailboxDepth: 0 }];
  expect(await get('nodes')).toMatchObject([
    { id: other.nodeId, name: 'node-0', region: 'east', draining: true, takesRooms: false, self: false, load: 0, workers: [] },
    { id: nodes.self.nodeId, name: 'node-1', region: null, draining: false, self: true, load: 0.25, workers: [{ pid: 4_711, rooms: 1 }] },
  ]);
  const rooms = await get('rooms');
  expect(rooms).toMatchObject([{ consultationId, node: 'node-0', epoch: 3, peers: 2, lobby: 1, tracks: 8, workerPid: 7, mailboxDepth: 0 }]);
  // What it is about is no business of operators.
  expect(rooms[0]).not.toHaveProperty('title');

  const [before] = await get('queues');
  expect(before).toMatchObject({ name: 'jobs', kind: 'process' });
  const { outbox } = server.foundation;
  await database.transaction(() => outbox.append('maintenance.clean', {}, { runAt: new Date(Date.now() + 3_600_000) }));
  expect((await get('queues'))[0]).toMatchObject({ delayed: before.delayed + 1, failed: before.failed });
});

test('a node is drained and a room moved by somebody who proves who they are, and that is on record', async () => {
  const { nodes } = server;
  const other = { ...testNode('node-2'), seenAt: performance.now() };
  const consultationId = uuid();
  const { nodeId } = nodes.self;
  const room = { consultationId, nodeId, title: '复诊', peers: 2, lobby: 0, startedAt: null, epoch: 1, openedAt: 1_000_000 };
  Object.assign(nodes, { others: [other], open: [{ ...room, workerPid: null, tracks: 0, mailboxDepth: 0 }] });
  expect(await post(`nodes/${other.nodeId}/drain`)).toBe('403 step_up_required');
  expect(nodes.orders).toEqual([]);

  await server.stepUp(token);
  expect(await post(`nodes/${other.nodeId}/drain`)).toBe('ok');
  expect(await post(`nodes/${other.nodeId}/undrain`)).toBe('ok');
  expect(await post(`rooms/${consultationId}/move`)).toBe('ok');
  expect(await post(`rooms/${consultationId}/move`, { nodeId: other.nodeId })).toBe('ok');
  const moved = { action: 'move', roomId: consultationId };
  expect(nodes.orders).toEqual([
    { nodeId: other.nodeId, order: { action: 'drain' } },
    { nodeId: other.nodeId, order: { action: 'undrain' } },
    { nodeId, order: { ...moved, to: null } },
    { nodeId, order: { ...moved, to: other.nodeId } },
  ]);
  const events = await server.database.models.securityEvents.findAll({ where: { userId: server.people.administrator.id }, order: ['id'] });
  const kinds = events.map(({ kind }) => kind).filter((kind) => kind.startsWith('node_') || kind === 'room_moved');
  expect(kinds).toEqual(['node_drained', 'node_undrained', 'room_moved', 'room_moved']);
});

test('what cannot be done is told by its code', async () => {
  const { nodes, roomFaults } = server;
  await server.stepUp(token);
  const other = nodes.others[0]!;
  const consultationId = nodes.open[0]!.consultationId;
  for (const action of ['drain', 'undrain']) {
    expect(await post(`nodes/${randomUUID()}/${action}`)).toBe('404 not_found');
    for (const [code, status] of [
      ['deadline', 504],
      ['shutting_down', 503],
    ] as const) {
      roomFaults.push(code);
      expect(await post(`nodes/${other.nodeId}/${action}`)).toBe(`${status} ${code}`);
    }
  }
  expect(await post(`rooms/${uuid()}/move`)).toBe('404 not_found');
  expect(await post(`rooms/${consultationId}/move`, { nodeId: randomUUID() })).toBe('404 not_found');
  roomFaults.push('room_moved', 'deadline', 'not_found');
  expect(await post(`rooms/${consultationId}/move`)).toBe('503 room_moved');
  expect(await post(`rooms/${consultationId}/move`)).toBe('504 deadline');
  expect(await post(`rooms/${consultationId}/move`)).toBe('409 wrong_state');
  nodes.others = [{ ...other, takesRooms: false }];
  expect(await post(`rooms/${consultationId}/move`)).toBe('409 wrong_state');
});
