import { jest } from '@jest/globals';
import { lookPace, uplinkWatch } from '#sfu/uplink.ts';

describe('lookPace()', () => {
  test('looks each time until all is well, then at every fifth, and at once when the score falls', () => {
    const pace = lookPace();
    expect(pace.due(undefined)).toBe(true);
    pace.looked(false);
    expect(pace.due(10)).toBe(true);
    pace.looked(true);
    expect(Array.from({ length: 5 }, () => pace.due(10))).toEqual([false, false, false, false, true]);
    pace.looked(true);
    expect([pace.due(10), pace.due(8)]).toEqual([false, true]);
  });
});

describe('uplinkWatch()', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  test('lossy is remembered over the reports that it explains, and forgotten then', () => {
    const watch = uplinkWatch();
    expect(watch.lossy).toBe(false);
    watch.saw(0.3);
    watch.saw(0);
    expect(watch.lossy).toBe(true);
    jest.advanceTimersByTime(14_000);
    expect(watch.lossy).toBe(true);
    jest.advanceTimersByTime(2_000);
    expect(watch.lossy).toBe(false);
  });

  test('a little loss, or none measured, is none', () => {
    const watch = uplinkWatch();
    watch.saw(0.03);
    watch.saw(undefined);
    expect(watch.lossy).toBe(false);
  });
});
