/** Directory of a cluster: leases in Redis, compared and set by scripts (`lua/`), on the clock by which Redis lets keys expire. */
import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import type { Claim, Directory, Lease, Lost } from './directory.ts';
import { RoomError } from './errors.ts';
import { CHANNELS } from './redis-node-bus.ts';

/** What the scripts answer, by number. */
const TAKE = { held: 0, taken: 1, ownersTurn: 2 } as const;
/** Who takes: whoever comes first, an owner whose lease is gone, or one whose lease had time left. */
const WHO = { anybody: 0, owner: 1, early: 2 } as const;
const RENEW = { gone: 0, kept: 1 } as const;
const RELEASE = { gone: 0, released: 1 } as const;
const READ = { free: 0, held: 1 } as const;
type Code<T extends Record<string, number>> = T[keyof T];

/** What `defineCommand` adds. */
interface Scripts {
  takeLease(
    ...keysAndArguments: [
      ...keys: [string, string, string],
      nodeId: string,
      ttlMs: number,
      known: number,
      who: Code<typeof WHO>,
      turnMs: number,
    ]
  ): Promise<[code: Code<typeof TAKE>, lease: string]>;
  renewLeases(count: number, ...keysAndArguments: (string | number)[]): Promise<(Code<typeof RENEW> | string)[]>;
  releaseLease(lease: string, value: string): Promise<Code<typeof RELEASE>>;
  readLease(lease: string): Promise<[code: Code<typeof READ>, lease: string]>;
  beat(nodes: string, nodeId: string, channels: string): Promise<[nodeId: string, beats: number, listens: 0 | 1][]>;
}

const script = (name: string): string => readFileSync(new URL(`lua/${name}.lua`, import.meta.url), 'utf8');
/** Leases of one call of a script, which holds up everybody else in Redis. */
const BATCH = 500;
const TERMS = 'wenzhen:room-terms';
const TURN = 'wenzhen:owners-turn';
const NODES = 'wenzhen:nodes';
/** Part of a lease that owners have to take back what Redis has forgotten: they notice within a third. */
const TURN_SHARE = 0.5;

const keyOf = (roomId: string): string => `wenzhen:room-lease:${roomId}`;
const textOf = ({ term, nodeId }: Lease): string => `${term} ${nodeId}`;

function leaseOf(roomId: string, text: string): Lease {
  const [term = '', nodeId = ''] = text.split(' ');
  return { roomId, nodeId, term: Number(term) };
}

function scriptsOf(redis: Redis): Scripts {
  redis.defineCommand('takeLease', { numberOfKeys: 3, lua: script('take-lease-3') });
  redis.defineCommand('renewLeases', { lua: script('renew-leases') });
  redis.defineCommand('releaseLease', { numberOfKeys: 1, lua: script('release-lease-1') });
  redis.defineCommand('readLease', { numberOfKeys: 1, lua: script('read-lease-1') });
  redis.defineCommand('beat', { numberOfKeys: 1, lua: script('beat-1') });
  return redis as unknown as Scripts;
}

/**
 * @param redis fails commands at once while it is not connected; stays its owner's to close.
 * Every method throws {RoomError} `storage_unavailable` while Redis is away.
 */
export function createRedisDirectory(redis: Redis): Directory {
  const scripts = scriptsOf(redis);
  /** The highest term that was heard of: Redis was wiped when its own counter is below. */
  let known = 0;

  const asked = <T>(answer: Promise<T>): Promise<T> =>
    answer.catch((cause: unknown) => {
      throw new RoomError('storage_unavailable', undefined, { cause });
    });
  const heard = (text: string, roomId: string): Lease => {
    const lease = leaseOf(roomId, text);
    known = Math.max(known, lease.term);
    return lease;
  };
  const take = async (roomId: string, nodeId: string, ttlMs: number, who: Code<typeof WHO>): Promise<Claim> => {
    const turnMs = Math.ceil(ttlMs * TURN_SHARE);
    const [code, text] = await asked(scripts.takeLease(keyOf(roomId), TERMS, TURN, nodeId, ttlMs, known, who, turnMs));
    if (code === TAKE.ownersTurn) throw new RoomError('storage_unavailable');
    const lease = heard(text, roomId);
    return code === TAKE.taken ? { claimed: true, lease } : { claimed: false, owner: lease };
  };
  const renewSome = async (leases: readonly Lease[], ttlMs: number): Promise<Lost[]> => {
    const keys = leases.map(({ roomId }) => keyOf(roomId));
    const kept = await asked(scripts.renewLeases(keys.length, ...keys, ttlMs, ...leases.map(textOf)));
    return leases.flatMap((lease, index) => {
      const answer = kept[index];
      if (answer === RENEW.kept) return [];
      return { lease, owner: typeof answer === 'string' ? heard(answer, lease.roomId) : null };
    });
  };

  return {
    claim: (roomId, nodeId, ttlMs) => take(roomId, nodeId, ttlMs, WHO.anybody),
    reclaim: ({ roomId, nodeId }, ttlMs, early) => take(roomId, nodeId, ttlMs, early ? WHO.early : WHO.owner),
    async renew(leases, ttlMs) {
      const batches: Promise<Lost[]>[] = [];
      // One behind the other on one connection: none waits for the answer to another.
      for (let at = 0; at < leases.length; at += BATCH) batches.push(renewSome(leases.slice(at, at + BATCH), ttlMs));
      return (await Promise.all(batches)).flat();
    },
    async release(lease) {
      await asked(scripts.releaseLease(keyOf(lease.roomId), textOf(lease)));
    },
    async beat(nodeId) {
      const signs = await asked(scripts.beat(NODES, nodeId, CHANNELS));
      return signs.map(([name, beats, listens]) => ({ nodeId: name, beats, listens: listens === 1 }));
    },
    async leave(nodeId) {
      await asked(redis.hdel(NODES, nodeId));
    },
    async lookup(roomId) {
      const [code, text] = await asked(scripts.readLease(keyOf(roomId)));
      return code === READ.held ? heard(text, roomId) : null;
    },
  };
}
