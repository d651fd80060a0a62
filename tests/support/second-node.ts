/** What the screen of nodes is shown where one process plays a cluster. */
import { randomUUID } from 'node:crypto';
import type { Page } from 'playwright-core';

/** Answers a page as if there were a second node and a room. That two nodes move one for real is in tests/rooms/cluster.test.ts. */
export async function secondNode(page: Page, server: string): Promise<{ id: string; asked: () => unknown }> {
  const id = randomUUID();
  let asked: unknown;
  const answered = (address: string, change: (items: object[]) => unknown) =>
    page.route(`**/api/v1/cluster/${address}`, async (route) => {
      const request = route.request();
      if (request.method() === 'POST') asked = request.postDataJSON();
      const headers = { authorization: request.headers()['authorization'] ?? '' };
      const answer = await fetch(`${server}/api/v1/cluster/nodes`, { headers });
      const body = (await answer.json()) as { data: { items: object[] } };
      await route.fulfill({ json: { ...body, data: change(body.data.items) } });
    });
  const at = new Date().toISOString();
  const room = { consultationId: 'room-1', nodeId: randomUUID(), node: 'first', epoch: 1, openedAt: at, startedAt: at };
  await answered('nodes', (items) => ({ items: [...items, { ...items[0], id, name: 'second', self: false }] }));
  await answered('rooms', () => ({ items: [{ ...room, peers: 2, lobby: 0, tracks: 4, mailboxDepth: 0, workerPid: 7 }] }));
  await answered('rooms/room-1/move', () => ({ nodeId: id }));
  return { id, asked: () => asked };
}
