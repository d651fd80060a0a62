import { jest } from '@jest/globals';
import { AGAIN_MS, FOLLOWS_MS, POOR_FOR_MS, watchPoorNetwork } from '../../web/src/media/poor-network.ts';

describe('watchPoorNetwork()', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  function watched() {
    const onPoor = jest.fn(() => true);
    return { onPoor, watch: watchPoorNetwork(onPoor) };
  }

  test('calls once when the network stays poor', () => {
    const { onPoor, watch } = watched();
    watch.report(4);
    watch.report(1);
    jest.advanceTimersByTime(POOR_FOR_MS / 2);
    watch.report(0);
    jest.advanceTimersByTime(POOR_FOR_MS / 2);
    expect(onPoor).toHaveBeenCalledTimes(1);
  });

  test('calls again while there was nothing to give up, and the network is poor', () => {
    const { onPoor, watch } = watched();
    onPoor.mockReturnValueOnce(false).mockReturnValueOnce(false);
    watch.report(1);
    jest.advanceTimersByTime(POOR_FOR_MS + AGAIN_MS / 2);
    expect(onPoor).toHaveBeenCalledTimes(1);
    watch.report(2);
    jest.advanceTimersByTime(AGAIN_MS);
    expect(onPoor).toHaveBeenCalledTimes(1);
    watch.report(1);
    jest.advanceTimersByTime(AGAIN_MS / 2);
    expect(onPoor).toHaveBeenCalledTimes(2);
    jest.advanceTimersByTime(2 * AGAIN_MS);
    expect(onPoor).toHaveBeenCalledTimes(3);
  });

  test('forgives a bad moment', () => {
    const { onPoor, watch } = watched();
    watch.report(1);
    jest.advanceTimersByTime(POOR_FOR_MS - 1);
    watch.report(3);
    jest.advanceTimersByTime(POOR_FOR_MS);
    expect(onPoor).not.toHaveBeenCalled();
  });

  test('takes 0 for "no data", which neither begins nor ends a bad spell', () => {
    const { onPoor, watch } = watched();
    watch.report(4);
    watch.report(0);
    jest.advanceTimersByTime(POOR_FOR_MS * 2);
    expect(onPoor).not.toHaveBeenCalled();
  });

  test('adds poor times up while the network goes between poor and weak', () => {
    const { onPoor, watch } = watched();
    for (const level of [1, 2, 1, 2]) {
      watch.report(level);
      jest.advanceTimersByTime(POOR_FOR_MS / 2 - 1);
    }
    expect(onPoor).not.toHaveBeenCalled();
    watch.report(1);
    jest.advanceTimersByTime(2);
    expect(onPoor).toHaveBeenCalledTimes(1);
  });

  test('reset() forgets a bad spell', () => {
    const { onPoor, watch } = watched();
    watch.report(1);
    watch.reset();
    jest.advanceTimersByTime(POOR_FOR_MS * 2);
    expect(onPoor).not.toHaveBeenCalled();
  });

  test('reset() gives the network time to show what was done', () => {
    const { onPoor, watch } = watched();
    watch.reset();
    watch.report(1);
    jest.advanceTimersByTime(POOR_FOR_MS + FOLLOWS_MS - 1);
    expect(onPoor).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(onPoor).toHaveBeenCalledTimes(1);
  });
});
