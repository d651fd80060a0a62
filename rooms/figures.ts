/** What happened on this node since its start, in numbers, for the metrics. Each number is raised by the part that it is about. */
import { RoomError } from './errors.ts';
import type { NodeBus } from './node-bus.ts';

export type Counts = Map<string, number>;

export const raise = (counts: Counts, key: string): void => void counts.set(key, (counts.get(key) ?? 0) + 1);

export interface Figures {
  /** Requests of sockets that were refused, by code. */
  readonly refusals: Counts;
  /** Rooms opened here: `new`, or `restored` with the seats that an owner before had left. */
  readonly opened: Counts;
  /** Rooms stopped here, by reason; `fenced` are those that a newer owner has. */
  readonly stopped: Counts;
  /** Leases by what came of a renewal: `kept`, `retaken`, `lost`; `failed` counts rounds in which the directory did not answer. */
  readonly renewals: Counts;
  /** Of the last round that went well, on this node's monotonic clock, in ms; null while there is nothing to renew. */
  renewedAt: number | null;
  /** Leases that this node holds. */
  leases: number;
  /** Other nodes that fell silent. */
  nodesGone: number;
}

export const createFigures = (): Figures => ({
  ...{ refusals: new Map<string, number>(), opened: new Map<string, number>(), stopped: new Map<string, number>() },
  ...{ renewals: new Map<string, number>(), renewedAt: null, leases: 0, nodesGone: 0 },
});

/** Told of each request to another node: `answered`, or the code that it failed with, and ms. */
export type BusListener = (outcome: string, ms: number) => void;

/** The bus, whose requests are timed. */
export function timeBus(bus: NodeBus, told: BusListener): NodeBus {
  const request: NodeBus['request'] = async (nodeId, message, options) => {
    const begun = performance.now();
    try {
      const answer = await bus.request(nodeId, message, options);
      told('answered', performance.now() - begun);
      return answer;
    } catch (error) {
      told(error instanceof RoomError ? error.code : 'internal', performance.now() - begun);
      throw error;
    }
  };
  return { ...bus, request };
}
