import { jest } from '@jest/globals';
import { downScore, qualityMeter, qualityOf, RISE_MS, upScore } from '#sfu/quality.ts';

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

test('upScore() counts a layer that went away, and is undefined while nothing came', () => {
  expect(upScore([10, 10, 0])).toBeCloseTo(6.67);
  expect(upScore([])).toBeUndefined();
});

test('downScore() counts layers that come lower than wanted although they are sent', () => {
  const producerScores = [10, 10, 10];
  expect(downScore(10, { producerScores, preferred: 2, current: 2 })).toBe(10);
  expect(downScore(10, { producerScores, preferred: 2, current: 0 })).toBe(4);
  expect(downScore(10, { producerScores: [10, 0, 0], preferred: 2, current: 0 })).toBe(10);
  expect(downScore(10, { producerScores, preferred: 0, current: 0 })).toBe(10);
  expect(downScore(10, { producerScores, preferred: 2, current: undefined })).toBe(2);
  expect(downScore(10, { producerScores: [4, 2, 0], preferred: 2, current: undefined })).toBe(10);
  expect(downScore(7, { producerScores: [0, 0, 0], preferred: 2, current: undefined })).toBe(7);
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
