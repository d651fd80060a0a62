/** Which node opens the next room: the less loaded of two that are taken at random, in the region of whoever asks as long as there is one. */
import { ROOM_COST } from '#sfu/placement.ts';
import type { NodeReport, NodeStatus } from './node-board.ts';

/** A node as placement sees it. */
export interface Candidate {
  nodeId: string;
  region: string | null;
  /** Mean of its media workers, share of a core. */
  load: number;
  workers: number;
  /** Those included that were placed there a moment ago. */
  rooms: number;
  /** Of these, those whose people are still to come. */
  waiting: number;
}

export interface Choice {
  /** Of the node that asks. */
  region: string | null;
  /** The node that asks: of equals it is taken, which saves its client a detour. */
  home: string;
  /** Load above which a worker takes no room, share of a core. */
  limit: number;
  /** 0 to 1, 1 excluded */
  random: () => number;
}

/** Loads this close are equal; then the number of rooms decides, which may all still be waiting for people. */
const SAME = 0.02;

const costOf = (rooms: number, { workers }: Candidate): number => (rooms * ROOM_COST) / Math.max(1, workers);
const expected = (candidate: Candidate): number => candidate.load + costOf(candidate.waiting, candidate);
const fits = (candidate: Candidate, limit: number): boolean => expected(candidate) + costOf(1, candidate) <= limit;

/**
 * Chooses among nodes that take rooms. When all are full the least bad is taken: its media refuses what it cannot carry.
 * @returns null when there are none
 */
export function chooseNode(candidates: readonly Candidate[], { region, home, limit, random }: Choice): string | null {
  const open = candidates.filter((candidate) => fits(candidate, limit));
  const near = open.filter((candidate) => candidate.region === region);
  const [among = candidates] = [near, open].filter(({ length }) => length > 0);
  const [one, other] = twoOf(among, random);
  if (!one) return null;
  return (other ? better(one, other, home) : one).nodeId;
}

function twoOf(candidates: readonly Candidate[], random: () => number): Candidate[] {
  const rest = [...candidates];
  const take = (): Candidate[] => rest.splice(Math.floor(random() * rest.length), 1);
  return [...take(), ...take()];
}

function better(one: Candidate, other: Candidate, home: string): Candidate {
  const more = expected(one) - expected(other);
  if (Math.abs(more) >= SAME) return more < 0 ? one : other;
  if (one.rooms !== other.rooms) return one.rooms < other.rooms ? one : other;
  return other.nodeId === home ? other : one;
}

export interface PlacementOptions {
  own: () => NodeStatus;
  /** The other nodes that live. */
  others: () => readonly NodeReport[];
  limit: number;
  random?: () => number;
}

export interface Placement {
  /**
   * The node that should open the next room, which counts as placed there from now on.
   * @param except nodes that have just refused it
   * @returns null when no node takes rooms
   */
  choose(except?: ReadonlySet<string>): string | null;
  /** Why this node itself opens no rooms; null when it does. */
  refusal(): 'shutting_down' | 'media_unavailable' | null;
}

export function createPlacement({ own, others, limit, random = Math.random }: PlacementOptions): Placement {
  /** When rooms were placed on other nodes, on this node's monotonic clock. Its own rooms are in its figures at once. */
  const placed = new Map<string, number[]>();

  const placedSince = ({ nodeId, seenAt }: NodeReport): number => {
    const later = (placed.get(nodeId) ?? []).filter((at) => at > seenAt);
    if (later.length > 0) placed.set(nodeId, later);
    else placed.delete(nodeId);
    return later.length;
  };
  const refusal: Placement['refusal'] = () => {
    const { roles, draining } = own();
    if (!roles.includes('rooms')) return 'media_unavailable';
    return draining ? 'shutting_down' : null;
  };
  return {
    refusal,
    choose(except = new Set()) {
      const self = own();
      const all = [candidate(self, 0), ...others().map((report) => candidate(report, placedSince(report)))];
      const candidates = all.flatMap((one) => (one && !except.has(one.nodeId) ? [one] : []));
      const chosen = chooseNode(candidates, { region: self.region, home: self.nodeId, limit, random });
      // Nobody else: people can meet and write while all workers of this node are being replaced.
      if (chosen === null) return refusal() === null && !except.has(self.nodeId) ? self.nodeId : null;
      if (chosen !== self.nodeId) placed.set(chosen, [...(placed.get(chosen) ?? []), performance.now()]);
      return chosen;
    },
  };
}

function candidate(status: NodeStatus, placed: number): Candidate | null {
  if (!status.takesRooms) return null;
  const { nodeId, region, workers } = status;
  const load = workers.reduce((sum, worker) => sum + worker.load, 0) / Math.max(1, workers.length);
  return { nodeId, region, load, workers: workers.length, rooms: status.rooms + placed, waiting: status.waiting + placed };
}
