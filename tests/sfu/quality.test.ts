import { jest } from '@jest/globals';
import { availableLayer, downScore, qualityMeter, qualityOf, type Reception, RISE_MS, upScore } from '#sfu/quality.ts';

test.each([
  [0, 1],
  [1, 1],
  [3.9, 1],
  [5, 2],
  [8, 3],
  [10, 4],
])('qualityOf() a score of %d is %d', (score, level) => {
  expect(qualityOf(score)).toBe(level);
});

test('upScore() counts a layer that went away, not as bad as long as another arrives whole; undefined while nothing came', () => {
  expect(upScore([10, 10, 0])).toBeCloseTo(6.67);
  expect(upScore([10, 0, 0])).toBe(4);
  expect(upScore([6, 0, 0])).toBe(2);
  expect(upScore([])).toBeUndefined();
});

const whole: Reception = { score: 10, loss: undefined, lossyUplink: false, lacking: 0 };

test('downScore() counts layers that do not fit through', () => {
  expect(downScore(whole)).toBe(10);
  expect(downScore({ ...whole, lacking: 1 })).toBe(7);
  expect(downScore({ ...whole, lacking: 2 })).toBe(4);
  expect(downScore({ ...whole, lacking: 'all' })).toBe(2);
  expect(downScore({ ...whole, score: 1, lacking: 1 })).toBe(1);
});

test('downScore() does not count what the sender lost on its way to the server', () => {
  expect(downScore({ ...whole, score: 3 })).toBe(3);
  expect(downScore({ ...whole, score: 3, loss: 0 })).toBe(10);
  expect(downScore({ ...whole, score: 3, loss: 0.2 })).toBeCloseTo(4.1);
  expect(downScore({ ...whole, score: 6, loss: 0.3 })).toBe(6);
  expect(downScore({ ...whole, score: 3, loss: 0.5, lossyUplink: true })).toBe(3);
  expect(downScore({ ...whole, score: 3, lossyUplink: true })).toBeUndefined();
  expect(downScore({ ...whole, score: 3, lossyUplink: true, lacking: 'all' })).toBeUndefined();
  expect(downScore({ ...whole, loss: 0, lossyUplink: true, lacking: 2 })).toBe(10);
});

test('availableLayer() is the highest wanted layer that reaches the server well', () => {
  expect(availableLayer([10, 10, 10], 2)).toBe(2);
  expect(availableLayer([10, 10, 10], 0)).toBe(0);
  expect(availableLayer([10, 6, 0], 2)).toBe(0);
  expect(availableLayer([4, 2, 0], 2)).toBe(-1);
});

describe('qualityMeter', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  test('update() jumps to the first measurement, falls at once and rises step by step', () => {
    const levels: number[] = [];
    const meter = qualityMeter((level) => levels.push(level));
    meter.update(10);
    expect(levels).toEqual([4]);
    meter.update(2);
    expect(levels).toEqual([4, 1]);
    meter.update(10);
    expect(levels).toEqual([4, 1]);
    jest.advanceTimersByTime(RISE_MS);
    expect(levels).toEqual([4, 1, 2]);
    jest.advanceTimersByTime(RISE_MS * 5);
    expect(levels).toEqual([4, 1, 2, 3, 4]);
  });

  test('update() does not rise when it gets worse again before', () => {
    const levels: number[] = [];
    const meter = qualityMeter((level) => levels.push(level));
    meter.update(5);
    meter.update(10);
    jest.advanceTimersByTime(RISE_MS - 1);
    meter.update(5);
    jest.advanceTimersByTime(RISE_MS * 2);
    expect(levels).toEqual([2]);
  });

  test('update() without a measurement keeps the level; close() ends rising', () => {
    const levels: number[] = [];
    const meter = qualityMeter((level) => levels.push(level));
    meter.update(5);
    meter.update(undefined);
    meter.update(10);
    meter.close();
    jest.advanceTimersByTime(RISE_MS * 2);
    expect(meter.level).toBe(2);
    expect(levels).toEqual([2]);
  });
});
