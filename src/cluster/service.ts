/** What operators see of the nodes, their rooms and their work, and what they may do about it. */
import { Op } from 'sequelize';
import type { z } from 'zod';
import { RoomError } from '#rooms/errors.ts';
import type { NodeReport, NodeStatus, Rooms } from '#rooms/index.ts';
import type { Audit } from '#src/audit/service.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type * as schemas from './schemas.ts';

type Nodes = z.infer<typeof schemas.nodeList>;

/** What the module needs of the rooms. */
export type RoomNodes = Pick<Rooms, 'nodes' | 'list' | 'order'>;

/** Where jobs are done. */
export interface JobSource {
  kind: 'redis' | 'process';
  /** Jobs in hand. @throws when Redis does not answer */
  active(): Promise<number>;
}

export interface ClusterView {
  nodes(): Nodes;
  rooms(): Promise<z.infer<typeof schemas.roomList>>;
  queues(): Promise<z.infer<typeof schemas.queueList>>;
  /** @throws {ApiError} `not_found`; {RoomError} when the node does not answer */
  drain(caller: Caller, nodeId: string, draining: boolean): Promise<void>;
  /** @throws {ApiError} `not_found`, `wrong_state` when that node, or any other, takes no rooms; {RoomError} when the node does not answer */
  move(caller: Caller, consultationId: string, to: string | null): Promise<z.infer<typeof schemas.moved>>;
}

export interface ClusterParts {
  database: Database;
  audit: Pick<Audit, 'security'>;
  rooms: RoomNodes;
  jobs: JobSource;
}

export function createClusterView({ database, audit, rooms, jobs }: ClusterParts): ClusterView {
  const known = (nodeId: string): NodeStatus | undefined => {
    const { self, others } = rooms.nodes();
    return [self, ...others].find((node) => node.nodeId === nodeId);
  };
  const note = ({ userId, ip, requestId }: Caller, kind: string, details: Record<string, unknown>): Promise<void> =>
    audit.security(kind, { userId, ip, requestId, details });

  return {
    nodes: () => nodesOf(rooms.nodes()),
    async rooms() {
      const open = await rooms.list();
      const items = open.map((room) => ({
        ...{ consultationId: room.consultationId, nodeId: room.nodeId, node: known(room.nodeId)?.name ?? null },
        ...{ epoch: room.epoch, openedAt: iso(room.openedAt), startedAt: room.startedAt === null ? null : iso(room.startedAt) },
        ...{ peers: room.peers, lobby: room.lobby, tracks: room.tracks, mailboxDepth: room.mailboxDepth, workerPid: room.workerPid },
      }));
      return { items: items.toSorted((a, b) => a.openedAt.localeCompare(b.openedAt)) };
    },
    queues: async () => ({ items: [await jobsOf(database, jobs)] }),

    async drain(caller, nodeId, draining) {
      const node = known(nodeId);
      if (!node) throw new ApiError('not_found');
      // Written first: what is done must not go unrecorded.
      await note(caller, draining ? 'node_drained' : 'node_undrained', { nodeId, name: node.name });
      await rooms.order(nodeId, { action: draining ? 'drain' : 'undrain' });
    },
    async move(caller, consultationId, to) {
      const room = (await rooms.list()).find((open) => open.consultationId === consultationId);
      if (!room || (to !== null && !known(to))) throw new ApiError('not_found');
      const { self, others } = rooms.nodes();
      const takers = [self, ...others].filter(({ takesRooms, nodeId }) => takesRooms && nodeId !== room.nodeId);
      if (to !== room.nodeId && !takers.some(({ nodeId }) => to === null || nodeId === to)) throw new ApiError('wrong_state');
      await note(caller, 'room_moved', { consultationId, from: room.nodeId, to });
      const answer = await rooms.order(room.nodeId, { action: 'move', roomId: consultationId, to }).catch((error: unknown) => {
        // Decided a moment ago by figures of before.
        throw error instanceof RoomError && error.code === 'not_found' ? new ApiError('wrong_state') : error;
      });
      return { nodeId: answer?.owner ?? null };
    },
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();

function nodesOf({ self, others }: { self: NodeStatus; others: readonly NodeReport[] }): Nodes {
  const view = (node: NodeStatus, agoMs: number): Nodes['items'][number] => {
    const { nodeId, name, region, roles, protocol, startedAt, draining, takesRooms, peers, sockets, workers } = node;
    const load = workers.reduce((sum, worker) => sum + worker.load, 0) / Math.max(1, workers.length);
    return {
      ...{ id: nodeId, name, region, roles, protocol, startedAt: iso(startedAt), lastSeenAt: iso(Date.now() - agoMs) },
      ...{ self: node === self, draining, takesRooms, rooms: node.rooms, peers, sockets, load, workers },
    };
  };
  const now = performance.now();
  const items = [view(self, 0), ...others.map((node) => view(node, now - node.seenAt))];
  return { items: items.toSorted((a, b) => a.name.localeCompare(b.name) || a.startedAt.localeCompare(b.startedAt)) };
}

/** Rows of the outbox are the truth of what is to be done; only what is in hand is known to whoever does it. */
async function jobsOf(
  { models: { outbox } }: Database,
  { kind, active: ask }: JobSource,
): Promise<z.infer<typeof schemas.queueList>['items'][number]> {
  const now = new Date();
  const [due, delayed, failed, active] = await Promise.all([
    outbox.count({ where: { state: 'ready', runAt: { [Op.lte]: now } } }),
    outbox.count({ where: { state: 'ready', runAt: { [Op.gt]: now } } }),
    outbox.count({ where: { state: 'dead' } }),
    ask().catch(() => null),
  ]);
  return { name: 'jobs', kind, waiting: Math.max(0, due - (active ?? 0)), active, delayed, failed };
}
