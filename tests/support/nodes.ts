/** A cluster as the modules see it, without nodes. */
import { randomUUID } from 'node:crypto';
import { RoomError, type RoomErrorCode } from '#rooms/errors.ts';
import type { NodeReport, NodeStatus, RoomFigures } from '#rooms/index.ts';
import type { RoomNodes } from '#src/cluster/service.ts';

export interface TestNodes extends RoomNodes {
  self: NodeStatus;
  others: NodeReport[];
  open: RoomFigures[];
  /** What nodes were told to do, in order. */
  orders: { nodeId: string; order: Parameters<RoomNodes['order']>[1] }[];
}

/** A node with one media worker. */
export function testNode(name: string, more: Partial<NodeStatus> = {}): NodeStatus {
  const worker = { pid: 4_711, load: 0.25, rooms: 1, rss: 50_000_000, transports: 4, producers: 4, consumers: 4 };
  return {
    ...{ nodeId: randomUUID(), name, region: null, roles: ['api', 'rooms', 'jobs'], protocol: '1.0', startedAt: Date.now() },
    ...{ draining: false, takesRooms: true, rooms: 0, waiting: 0, peers: 0, sockets: 0, workers: [worker] },
    ...more,
  };
}

/** @param faults what orders fail with next */
export function createTestNodes(faults: RoomErrorCode[]): TestNodes {
  const nodes: TestNodes = {
    self: testNode('node-1'),
    others: [],
    open: [],
    orders: [],
    nodes: () => ({ self: nodes.self, others: nodes.others }),
    list: async () => nodes.open,
    async order(nodeId, order) {
      const fault = faults.shift();
      if (fault) throw new RoomError(fault);
      nodes.orders.push({ nodeId, order });
      return order.action === 'move' ? { owner: order.to ?? nodes.others[0]?.nodeId ?? null } : null;
    },
  };
  return nodes;
}
