import fc from 'fast-check';
import { expectedLoad, GROWTH_MS, mayGrow, place, ROOM_COST, SETTLE_MS } from '#sfu/placement.ts';
import { restartDelay } from '#sfu/worker-pool.ts';

const worker = (measured: number, rooms = 0, placedAt: number[] = []) => ({ measured, rooms, placedAt });
const now = 100_000;

describe('place', () => {
  test('place() takes the least loaded worker', () => {
    const idle = worker(0.1);
    expect(place([worker(0.4), idle, worker(0.3)], 0.6, now)).toBe(idle);
  });

  test('place() among equal loads takes the worker with fewer rooms', () => {
    const fewer = worker(0.11, 1);
    expect(place([worker(0.1, 7), fewer], 0.6, now)).toBe(fewer);
  });

  test('place() counts rooms that were just placed, until they settle', () => {
    const fresh = worker(0.1, 5, [now - 100, now - 200, now - 300, now - 400, now - 500]);
    const other = worker(0.15, 9);
    expect(place([fresh, other], 0.6, now)).toBe(other);
    expect(place([fresh, other], 0.6, now + SETTLE_MS)).toBe(fresh);
  });

  test('place() and mayGrow() count tracks that large rooms were just given, until they show in the measurement', () => {
    const grown = { ...worker(0.3), grown: [{ at: now - 100, cores: 0.2, who: 'a peer' }] };
    const other = worker(0.45);
    expect(place([grown, other], 0.6, now)).toBe(other);
    expect(place([grown, other], 0.6, now + GROWTH_MS)).toBe(grown);
    expect(mayGrow(grown, 0.09, 0.6, now)).toBe(true);
    expect(mayGrow(grown, 0.11, 0.6, now)).toBe(false);
    expect(mayGrow(grown, 0.11, 0.6, now + GROWTH_MS)).toBe(true);
  });

  test('place() answers undefined when every worker is at its limit', () => {
    expect(place([worker(0.6), worker(0.59)], 0.6, now)).toBeUndefined();
    expect(place([], 0.6, now)).toBeUndefined();
  });

  test('place() never puts a room above the limit and never refuses while a worker has room', () => {
    const loads = fc.array(fc.record({ measured: fc.double({ min: 0, max: 1.2, noNaN: true }), fresh: fc.nat(20), rooms: fc.nat(50) }));
    fc.assert(
      fc.property(loads, fc.double({ min: 0.05, max: 1, noNaN: true }), (given, limit) => {
        const candidates = given.map(({ measured, fresh, rooms }) => worker(measured, rooms, Array<number>(fresh).fill(now)));
        const fits = candidates.filter((each) => expectedLoad(each, now) + ROOM_COST <= limit);
        const placed = place(candidates, limit, now);
        expect(Boolean(placed)).toBe(fits.length > 0);
        if (placed) expect(fits).toContain(placed);
      }),
    );
  });
});

describe('restartDelay', () => {
  test('restartDelay() is zero for a worker that had been running and doubles in a crash loop up to 30 s', () => {
    expect(restartDelay(60_000, 8_000)).toBe(0);
    const delays = Array.from({ length: 10 }).reduce<number[]>((all) => [...all, restartDelay(10, all.at(-1) ?? 0)], []);
    expect(delays).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
  });
});
