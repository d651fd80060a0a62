/** Where rooms were found a moment ago: looking a room up costs as much as the request to its owner. */

export interface FoundOwners {
  /** The node that had the room a moment ago. */
  of(roomId: string): string | undefined;
  /** Looked up just now. */
  found(roomId: string, nodeId: string): void;
  /** A request there went wrong. */
  forget(roomId: string): void;
}

/** How long the last look counts, in ms. An owner of before says `room_moved`; one that does not know yet must not be asked for long. */
const FRESH_MS = 1_000;
const MOST = 10_000;

export function createFoundOwners(): FoundOwners {
  const owners = new Map<string, { nodeId: string; until: number }>();
  return {
    of(roomId) {
      const owner = owners.get(roomId);
      if (owner && owner.until > performance.now()) return owner.nodeId;
      owners.delete(roomId);
      return undefined;
    },
    found(roomId, nodeId) {
      owners.delete(roomId);
      owners.set(roomId, { nodeId, until: performance.now() + FRESH_MS });
      if (owners.size > MOST) owners.delete(owners.keys().next().value as string);
    },
    forget: (roomId) => void owners.delete(roomId),
  };
}
