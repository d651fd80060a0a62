import { jest } from '@jest/globals';
import { AGAIN_MS, insist, type Request, RequestError } from '../../web/src/net/request.ts';

describe('insist()', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  /** A server that refuses with these codes, one after the other, and then agrees. */
  function refusing(...codes: string[]) {
    const asked: unknown[] = [];
    const request = (async (_name: string, payload: unknown) => {
      asked.push(payload);
      const code = codes.shift();
      if (code) throw new RequestError(code, code);
      return {};
    }) as Request;
    return { asked, request };
  }

  test('asks again while the refusal may pass, with what is wanted by then', async () => {
    const { asked, request } = refusing('storage_unavailable', 'room_busy');
    let ids = ['a', 'b'];
    const done = insist(request, 'consumer:resume', () => ({ consumerIds: ids }));
    ids = ['b'];
    await jest.advanceTimersByTimeAsync(2 * AGAIN_MS);
    await done;
    expect(asked).toEqual([{ consumerIds: ['a', 'b'] }, { consumerIds: ['b'] }, { consumerIds: ['b'] }]);
  });

  test('ends with a refusal that stays, and with a connection that is lost', async () => {
    for (const code of ['not_found', 'disconnected']) {
      const { asked, request } = refusing(code);
      await expect(insist(request, 'consumer:resume', () => ({ consumerIds: ['a'] }))).rejects.toMatchObject({ code });
      expect(asked).toHaveLength(1);
    }
  });

  test('ends when nothing is wanted any more', async () => {
    const { asked, request } = refusing('deadline', 'deadline');
    let wanted: { consumerIds: string[] } | null = { consumerIds: ['a'] };
    const done = insist(request, 'consumer:resume', () => wanted);
    wanted = null;
    await jest.advanceTimersByTimeAsync(AGAIN_MS);
    await done;
    expect(asked).toHaveLength(1);
  });
});
