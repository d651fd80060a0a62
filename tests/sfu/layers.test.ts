import { jest } from '@jest/globals';
import { foldLayers, layerFor, LAYERS_DOWN_MS, layersOf, layersReport } from '#sfu/layers.ts';
import { simulcast, vp8 } from './support.ts';

const camera = layersOf(simulcast(), 'camera');

describe('layersOf', () => {
  test('layersOf() gives the frame sizes of simulcast encodings', () => {
    expect(camera).toEqual([
      { width: 320, height: 180 },
      { width: 640, height: 360 },
      { width: 1_280, height: 720 },
    ]);
  });

  test('layersOf() gives one entry for plain video and one a spatial layer for SVC', () => {
    expect(layersOf(vp8(), 'camera')).toEqual([{ width: 1_280, height: 720 }]);
    const svc = { ...vp8(), encodings: [{ ssrc: 1, scalabilityMode: 'L3T3_KEY' }] };
    expect(layersOf(svc, 'screen').map(({ height }) => height)).toEqual([270, 540, 1_080]);
  });
});

describe('layerFor', () => {
  test.each([
    [0, 0, -1],
    [300, 0, -1],
    [160, 90, 0],
    [320, 180, 0],
    [420, 236, 0],
    [480, 270, 1],
    [640, 360, 1],
    [390, 844, 1],
    [1_000, 563, 2],
    [3_840, 2_160, 2],
  ])('layerFor() of %i x %i device pixels is %i', (width, height, layer) => {
    expect(layerFor({ width, height }, camera)).toBe(layer);
  });

  test('layerFor() of video without layers is 0 when visible', () => {
    expect(layerFor({ width: 10, height: 10 }, layersOf(vp8(), 'camera'))).toBe(0);
  });
});

describe('layersReport', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  test('foldLayers() is the highest wanted, -1 for nobody', () => {
    expect(foldLayers([])).toBe(-1);
    expect(foldLayers([-1, 1, 0])).toBe(1);
  });

  test('layersReport() tells of more at once and of less later', () => {
    const told: number[] = [];
    const report = layersReport(1, (layer) => told.push(layer));
    report.set(2);
    expect(told).toEqual([2]);
    report.set(0);
    expect(told).toEqual([2]);
    jest.advanceTimersByTime(LAYERS_DOWN_MS);
    expect(told).toEqual([2, 0]);
  });

  test('layersReport() says nothing when the wish comes back within the pause', () => {
    const told: number[] = [];
    const report = layersReport(2, (layer) => told.push(layer));
    report.set(-1);
    jest.advanceTimersByTime(LAYERS_DOWN_MS - 1);
    report.set(2);
    jest.advanceTimersByTime(LAYERS_DOWN_MS * 2);
    expect(told).toEqual([]);
  });

  test('layersReport() after close() is silent', () => {
    const told: number[] = [];
    const report = layersReport(2, (layer) => told.push(layer));
    report.set(-1);
    report.close();
    report.set(0);
    report.set(5);
    jest.advanceTimersByTime(LAYERS_DOWN_MS * 2);
    expect(told).toEqual([]);
  });
});
