/** Directory of a cluster: leases in Redis, compared and set by scripts (`lua/`), on the clock by which Redis lets keys expire. */
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import type { Directory, Lease } from './directory.ts';
import { RoomError } from './errors.ts';

/** What `defineCommand` adds. */
interface Scripts {
  takeLease(lease: string, counter: string, nodeId: string, ttlMs: number): Promise<[taken: 0 | 1, lease: string]>;
  renewLeases(count: number, ...keysAndArguments: (string | number)[]): Promise<(0 | 1)[]>;
  releaseLease(lease: string, value: string): Promise<0 | 1>;
  beat(nodes: string, nodeId: string, ttlMs: number): Promise<string[]>;
}

const script = (name: string): string => readFileSync(new URL(`lua/${name}.lua`, import.meta.url), 'utf8');
/** Leases of one call of a script, which holds up everybody else in Redis. */
const BATCH = 500;
const TERMS = 'wenzhen:room-terms';
const NODES = 'wenzhen:nodes';

const keyOf = (roomId: string): string => `wenzhen:room-lease:${roomId}`;
const textOf = ({ term, nodeId }: Lease): string => `${term} ${nodeId}`;

function leaseOf(roomId: string, text: string): Lease {
  const [term = '', nodeId = ''] = text.split(' ');
  return { roomId, nodeId, term: Number(term) };
}

/**
 * @param redis fails commands at once while it is not connected; stays its owner's to close.
 * Every method throws {RoomError} `storage_unavailable` while Redis is away.
 */
export function createRedisDirectory(redis: Redis): Directory {
  redis.defineCommand('takeLease', { numberOfKeys: 2, lua: script('take-lease-2') });
  redis.defineCommand('renewLeases', { lua: script('renew-leases') });
  redis.defineCommand('releaseLease', { numberOfKeys: 1, lua: script('release-lease-1') });
  redis.defineCommand('beat', { numberOfKeys: 1, lua: script('beat-1') });
  const scripts = redis as unknown as Scripts;

  const asked = <T>(answer: Promise<T>): Promise<T> =>
    answer.catch((cause: unknown) => {
      throw new RoomError('storage_unavailable', undefined, { cause });
    });
  const renewSome = async (leases: readonly Lease[], ttlMs: number): Promise<Lease[]> => {
    const keys = leases.map(({ roomId }) => keyOf(roomId));
    const kept = await asked(scripts.renewLeases(keys.length, ...keys, ttlMs, ...leases.map(textOf)));
    return leases.filter((_lease, index) => kept[index] !== 1);
  };

  return {
    async claim(roomId, nodeId, ttlMs) {
      const [taken, text] = await asked(scripts.takeLease(keyOf(roomId), TERMS, nodeId, ttlMs));
      const lease = leaseOf(roomId, text);
      return taken === 1 ? { claimed: true, lease } : { claimed: false, owner: lease };
    },
    async renew(leases, ttlMs) {
      const lost: Lease[] = [];
      for (let at = 0; at < leases.length; at += BATCH) lost.push(...(await renewSome(leases.slice(at, at + BATCH), ttlMs)));
      return lost;
    },
    async release(lease) {
      await asked(scripts.releaseLease(keyOf(lease.roomId), textOf(lease)));
    },
    beat: (nodeId, ttlMs) => asked(scripts.beat(NODES, nodeId, ttlMs)),
    async leave(nodeId) {
      await asked(redis.zrem(NODES, nodeId));
    },
    async lookup(roomId) {
      const text = await asked(redis.get(keyOf(roomId)));
      return text === null ? null : leaseOf(roomId, text);
    },
  };
}
