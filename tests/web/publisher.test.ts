import { jest } from '@jest/globals';
import type { Device } from 'mediasoup-client';
import type { Transport } from 'mediasoup-client/types';
import { createPublisher, type Publications } from '../../web/src/media/publisher.ts';
import { AGAIN_MS, RequestError, type Request } from '../../web/src/net/request.ts';

describe('createPublisher()', () => {
  beforeEach(() => {
    jest.useFakeTimers();
    jest.spyOn(console, 'warn').mockImplementation(() => undefined);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  const track = { kind: 'audio', readyState: 'live' } as MediaStreamTrack;
  const microphone = (): Publications => ({ microphone: { track, paused: false } });

  /** Refuses with these codes, one after the other, whatever is asked, and then agrees. */
  function publishing(...codes: string[]) {
    const asked: string[] = [];
    const answer = (name: string): void => {
      asked.push(name);
      const code = codes.shift();
      if (code) throw new RequestError(code, code);
    };
    const request = (async (name: string) => answer(name)) as unknown as Request;
    const produce = async (): Promise<unknown> => {
      answer('producer:create');
      return { id: 'p', track, close: () => undefined };
    };
    const sendFailed = jest.fn();
    const device = { sendRtpCapabilities: {} } as Device;
    const hooks = { sendFailed, mutedByOther: jest.fn() };
    const publisher = createPublisher(device, { produce, closed: false } as unknown as Transport, request, hooks);
    return { asked, publisher, sendFailed };
  }

  test('sends a track that was refused for the moment as soon as it may, and tells it once', async () => {
    const { asked, publisher, sendFailed } = publishing('storage_unavailable', 'room_busy');
    publisher.publish(microphone());
    await jest.advanceTimersByTimeAsync(5 * AGAIN_MS);
    expect(asked).toEqual(['producer:create', 'producer:create', 'producer:create']);
    expect(sendFailed.mock.calls).toEqual([['microphone', 'storage_unavailable']]);
  });

  test('ends a track for the others however often that is refused for the moment', async () => {
    const { asked, publisher, sendFailed } = publishing('', 'deadline', 'storage_unavailable');
    publisher.publish(microphone());
    await jest.advanceTimersByTimeAsync(0);
    publisher.publish({});
    await jest.advanceTimersByTimeAsync(5 * AGAIN_MS);
    expect(asked).toEqual(['producer:create', 'producer:close', 'producer:close', 'producer:close']);
    expect(sendFailed).not.toHaveBeenCalled();
  });

  test('tells a refusal that stays at each wish, and does not try again by itself', async () => {
    const { asked, publisher, sendFailed } = publishing('not_allowed', 'not_allowed');
    for (let wish = 0; wish < 2; wish++) {
      publisher.publish(microphone());
      await jest.advanceTimersByTimeAsync(5 * AGAIN_MS);
    }
    expect(asked).toHaveLength(2);
    expect(sendFailed).toHaveBeenCalledTimes(2);
  });
});
