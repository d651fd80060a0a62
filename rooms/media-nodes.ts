/** The way to the media of other nodes, over a bus of its own: its traffic takes nothing from what rooms ask each other. */
import { randomUUID } from 'node:crypto';
import type { MediaNodes } from '#sfu/types.ts';
import type { NodeReport } from './node-board.ts';
import type { NodeBus } from './node-bus.ts';

export interface ClusterMedia extends MediaNodes {
  /** From now on this says which nodes take receivers of large rooms, best first. */
  follow(others: () => string[]): void;
  close(): Promise<void>;
}

/** Name on the bus of the media of a node. */
export const mediaName = (nodeId: string): string => `${nodeId}/media`;

const nodeName = (name: string): string => name.slice(0, name.lastIndexOf('/'));

/** @param bus joined under the `mediaName` of the node */
export function createClusterMedia(bus: NodeBus): ClusterMedia {
  let others = (): string[] => [];
  return {
    others: () => others(),
    follow(say) {
      others = say;
    },
    request: (nodeId, message, deadlineMs) => bus.request(mediaName(nodeId), message, { deadlineMs, requestId: randomUUID() }),
    serve: (handler) => bus.serve((message, from) => handler(message, nodeName(from))),
    close: () => bus.close(),
  };
}

/** The nodes that take receivers of large rooms: those of this region first, and of these the least loaded. */
export function receivers(others: readonly NodeReport[], region: string | null): string[] {
  const load = ({ workers }: NodeReport): number => workers.reduce((sum, worker) => sum + worker.load, 0) / Math.max(1, workers.length);
  return others
    .filter(({ takesRooms }) => takesRooms)
    .toSorted((a, b) => Number(b.region === region) - Number(a.region === region) || load(a) - load(b))
    .map(({ nodeId }) => nodeId);
}
