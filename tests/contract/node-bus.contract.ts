/** What every `NodeBus` must do. */
import { RoomError } from '#rooms/errors.ts';
import type { NodeBus } from '#rooms/node-bus.ts';

export interface BusUnderTest {
  a: NodeBus;
  b: NodeBus;
  close(): Promise<void>;
}

/** @param make gives two nodes that reach each other */
export function describeNodeBus(name: string, make: () => Promise<BusUnderTest>): void {
  describe(`node bus: ${name}`, () => {
    let under: BusUnderTest;
    let ids = 0;
    const options = (deadlineMs = 2_000) => ({ deadlineMs, requestId: `request-${++ids}` });
    beforeEach(async () => {
      under = await make();
    });
    afterEach(() => under.close());

    test('request() brings the message over and the answer back', async () => {
      under.b.serve(async (message, from) => ({ message, from }));
      const answer = await under.a.request(under.b.nodeId, { text: '问诊', list: [1, null] }, options());
      expect(answer).toEqual({ message: { text: '问诊', list: [1, null] }, from: under.a.nodeId });
    });

    test('request() works in both directions and to the own node', async () => {
      under.a.serve(async () => 'from a');
      under.b.serve(async () => 'from b');
      expect(await under.b.request(under.a.nodeId, 1, options())).toBe('from a');
      expect(await under.a.request(under.b.nodeId, 1, options())).toBe('from b');
      expect(await under.a.request(under.a.nodeId, 1, options())).toBe('from a');
    });

    test('request() fails with what the other side threw: code and details', async () => {
      under.b.serve(async () => {
        throw new RoomError('room_full', ['32 seats']);
      });
      const failure = under.a.request(under.b.nodeId, 1, options());
      await expect(failure).rejects.toBeInstanceOf(RoomError);
      await expect(failure).rejects.toMatchObject({ code: 'room_full', details: ['32 seats'] });
    });

    test('request() fails with internal for a defect of the other side, without its text', async () => {
      under.b.serve(async () => {
        throw new Error('secret path /etc/x');
      });
      const failure = under.a.request(under.b.nodeId, 1, options());
      await expect(failure).rejects.toMatchObject({ code: 'internal' });
      await expect(failure).rejects.not.toThrow('secret');
    });

    test('request() fails with deadline when no answer comes in time', async () => {
      under.b.serve(() => new Promise(() => undefined));
      await expect(under.a.request(under.b.nodeId, 1, options(100))).rejects.toMatchObject({ code: 'deadline' });
    });

    test('request() to a node that nobody serves fails with room_moved or deadline', async () => {
      await expect(under.a.request('nowhere', 1, options(300))).rejects.toMatchObject({
        code: expect.stringMatching(/^(room_moved|deadline)$/),
      });
    });

    test('request() with the same id runs once and gives the same answer, also while the first one runs', async () => {
      let runs = 0;
      under.b.serve(async () => {
        runs++;
        await new Promise((resolve) => setImmediate(resolve));
        return runs;
      });
      const same = options();
      const answers = await Promise.all([1, 2, 3].map(() => under.a.request(under.b.nodeId, 'x', same)));
      answers.push(await under.a.request(under.b.nodeId, 'x', same));
      expect(answers).toEqual([1, 1, 1, 1]);
      expect(runs).toBe(1);
    });

    test('request() with the same id gives the same error', async () => {
      let runs = 0;
      under.b.serve(async () => {
        runs++;
        throw new RoomError('forbidden');
      });
      const same = options();
      for (let round = 0; round < 2; round++)
        await expect(under.a.request(under.b.nodeId, 'x', same)).rejects.toMatchObject({ code: 'forbidden' });
      expect(runs).toBe(1);
    });

    test('1,500 requests at once each get their own answer, and push no request out that may still be repeated', async () => {
      let runs = 0;
      under.b.serve(async (message) => (message === 'counted' ? ++runs : message));
      const same = options(10_000);
      expect(await under.a.request(under.b.nodeId, 'counted', same)).toBe(1);
      const sent = Array.from({ length: 1_500 }, (_, index) => index);
      expect(await Promise.all(sent.map((value) => under.a.request(under.b.nodeId, value, options(10_000))))).toEqual(sent);
      expect(await under.a.request(under.b.nodeId, 'counted', same)).toBe(1);
    });

    test('close() ends waiting requests', async () => {
      under.b.serve(() => new Promise(() => undefined));
      const waiting = under.a.request(under.b.nodeId, 1, options(10_000));
      const outcome = expect(waiting).rejects.toMatchObject({ code: 'shutting_down' });
      await under.a.close();
      await outcome;
    });
  });
}
