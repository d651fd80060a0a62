import { jest } from '@jest/globals';
import { uplinkWatch } from '#sfu/uplink.ts';

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
