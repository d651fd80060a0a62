/** What every `Directory` must do. */
import type { Directory, Lease } from '#rooms/directory.ts';

export interface DirectoryUnderTest {
  directory: Directory;
  /** Lets monotonic time pass: a clock of the test, or real waiting. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** Where time is real, a busy machine may take 0.4 of it between two steps. */
const TTL = 1_000;
/** For many leases, which take their time. */
const LONG_TTL = TTL * 5;

/** @param make gives a fresh, empty directory */
export function describeDirectory(name: string, make: () => Promise<DirectoryUnderTest>): void {
  describe(`directory: ${name}`, () => {
    let under: DirectoryUnderTest;
    beforeEach(async () => {
      under = await make();
    });
    afterEach(() => under.close());

    const claim = async (roomId: string, nodeId: string, ttlMs = TTL): Promise<Lease> => {
      const answer = await under.directory.claim(roomId, nodeId, ttlMs);
      if (!answer.claimed) throw new Error(`${roomId} is held by ${answer.owner.nodeId}`);
      return answer.lease;
    };

    test('lookup() of a room that nobody holds gives null', async () => {
      expect(await under.directory.lookup('r')).toBeNull();
    });

    test('claim() gives the room to one of many that ask at once, and names the owner to the others', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, (_, index) => under.directory.claim('r', `n${index}`, TTL)));
      const winners = answers.filter((answer) => answer.claimed);
      expect(winners).toHaveLength(1);
      const owner = await under.directory.lookup('r');
      expect(owner).not.toBeNull();
      for (const answer of answers) expect(answer.claimed ? answer.lease : answer.owner).toEqual(owner);
    });

    test('claim() is refused to the holder itself, so that two actors of one node cannot both own it', async () => {
      const lease = await claim('r', 'a');
      expect(await under.directory.claim('r', 'a', TTL)).toEqual({ claimed: false, owner: lease });
    });

    test('claim() of different rooms is independent', async () => {
      await claim('r1', 'a');
      expect((await claim('r2', 'b')).nodeId).toBe('b');
    });

    test('renew() keeps the room past its first lease', async () => {
      const lease = await claim('r', 'a');
      for (let round = 0; round < 3; round++) {
        await under.pass(TTL * 0.6);
        expect(await under.directory.renew([lease], TTL)).toEqual([]);
      }
      expect(await under.directory.lookup('r')).toEqual(lease);
    });

    test('renew() of many names those that are lost and extends the others', async () => {
      const leases: Lease[] = [];
      // A few at a time: each claim has a second.
      for (let first = 0; first < 1_200; first += 50)
        leases.push(...(await Promise.all(Array.from({ length: 50 }, (_, index) => claim(`r${first + index}`, 'a', LONG_TTL)))));
      const gone = [leases[3]!, leases[777]!];
      for (const lease of gone) await under.directory.release(lease);
      expect(await under.directory.renew(leases, LONG_TTL * 4)).toEqual(gone.map((lease) => ({ lease, owner: null })));
      await under.pass(LONG_TTL * 1.2);
      expect(await under.directory.lookup('r1199')).toEqual(leases[1_199]);
      expect(await under.directory.renew([], TTL)).toEqual([]);
    });

    test('a lease that ran out is gone: lookup() null, renew() names it, next claim() wins with a higher term', async () => {
      const lease = await claim('r', 'a');
      await under.pass(TTL * 1.5);
      expect(await under.directory.lookup('r')).toBeNull();
      expect(await under.directory.renew([lease], TTL)).toEqual([{ lease, owner: null }]);
      expect((await claim('r', 'b')).term).toBeGreaterThan(lease.term);
    });

    test('renew() and release() of a former owner do not touch the new one, whom renew() names', async () => {
      const old = await claim('r', 'a');
      await under.pass(TTL * 1.5);
      const current = await claim('r', 'b');
      expect(await under.directory.renew([old], TTL)).toEqual([{ lease: old, owner: current }]);
      await under.directory.release(old);
      expect(await under.directory.lookup('r')).toEqual(current);
    });

    test('renew() and release() with an earlier term of the same node are refused too', async () => {
      const old = await claim('r', 'a');
      await under.directory.release(old);
      const current = await claim('r', 'a');
      expect(current.term).toBeGreaterThan(old.term);
      expect(await under.directory.renew([old], TTL)).toEqual([{ lease: old, owner: current }]);
      await under.directory.release(old);
      expect(await under.directory.lookup('r')).toEqual(current);
    });

    test('reclaim() takes a room back that nobody holds, under a higher term, and leaves one that somebody holds', async () => {
      const lease = await claim('r', 'a');
      await under.directory.release(lease);
      const again = await under.directory.reclaim(lease, TTL, false);
      expect(again).toMatchObject({ claimed: true, lease: { roomId: 'r', nodeId: 'a' } });
      const held = await under.directory.lookup('r');
      expect(held?.term).toBeGreaterThan(lease.term);
      expect(await under.directory.reclaim({ ...lease, nodeId: 'b' }, TTL, false)).toEqual({ claimed: false, owner: held });
    });

    test('beat() names the nodes with another number each time; who leaves is off the list', async () => {
      const beats = async (by: string) => new Map((await under.directory.beat(by)).map((sign) => [sign.nodeId, sign.beats]));
      const first = await beats('a');
      expect([...first.keys()]).toEqual(['a']);
      const second = await beats('b');
      expect([...second.keys()].toSorted()).toEqual(['a', 'b']);
      expect(second.get('a')).toBe(first.get('a'));
      expect((await beats('a')).get('a')).toBeGreaterThan(first.get('a')!);
      await under.directory.leave('a');
      expect([...(await beats('b')).keys()]).toEqual(['b']);
    });

    test('release() frees the room at once and may be repeated', async () => {
      const lease = await claim('r', 'a');
      await under.directory.release(lease);
      await under.directory.release(lease);
      expect(await under.directory.lookup('r')).toBeNull();
      expect((await claim('r', 'b')).nodeId).toBe('b');
    });
  });
}
