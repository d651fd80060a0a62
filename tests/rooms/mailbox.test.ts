import { RoomError } from '#rooms/errors.ts';
import { createMailbox, Later, type MailboxOptions, outside } from '#rooms/mailbox.ts';
import { until } from '#tests/support/wait.ts';

/** A promise to settle by hand. */
function gate(): { promise: Promise<void>; open: () => void } {
  let open!: () => void;
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}

const mailbox = <M>(handle: (message: M) => unknown, options: Partial<MailboxOptions<M>> = {}) =>
  createMailbox<M>({ handle, capacity: 100, ...options });

describe('mailbox', () => {
  test('tell() starts the first message at once, inside the call', () => {
    const seen: number[] = [];
    const box = mailbox<number>((message) => void seen.push(message));
    box.tell(1);
    expect(seen).toEqual([1]);
  });

  test('tell() keeps order and runs one message at a time', async () => {
    const seen: string[] = [];
    const box = mailbox<number>(async (message) => {
      seen.push(`start ${message}`);
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(`end ${message}`);
    });
    for (const message of [1, 2, 3]) box.tell(message);
    await until('all three', () => seen.length === 6);
    expect(seen).toEqual(['start 1', 'end 1', 'start 2', 'end 2', 'start 3', 'end 3']);
  });

  test('tell() from inside a handler waits for its turn', () => {
    const seen: number[] = [];
    const box = mailbox<number>((message) => {
      if (message === 1) box.tell(2);
      seen.push(message);
    });
    box.tell(1);
    expect(seen).toEqual([1, 2]);
  });

  test('ask() gives what the handler returned, or throws what it threw, and goes on', async () => {
    const box = mailbox<number>((message) => {
      if (message < 0) throw new RoomError('forbidden');
      return message * 2;
    });
    await expect(box.ask(-1, 1_000)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await box.ask(21, 1_000)).toBe(42);
  });

  test('ask() past the bound is refused at once; urgent tells pass', async () => {
    const { promise, open } = gate();
    const seen: number[] = [];
    const box = mailbox<number>(
      async (message) => {
        await promise;
        seen.push(message);
      },
      { capacity: 2 },
    );
    box.tell(0);
    expect([box.tell(1), box.tell(2), box.tell(3)]).toEqual([true, true, false]);
    await expect(box.ask(4, 1_000)).rejects.toMatchObject({ code: 'room_busy' });
    expect(box.tell(5, true)).toBe(true);
    expect(box.depth).toBe(3);
    open();
    await until('the rest', () => seen.length === 4);
    expect(seen).toEqual([0, 1, 2, 5]);
  });

  test('ask() fails with deadline while its handler runs; the handler ends undisturbed', async () => {
    const { promise, open } = gate();
    let ended = false;
    const box = mailbox<number>(async () => {
      await promise;
      ended = true;
    });
    await expect(box.ask(1, 20)).rejects.toMatchObject({ code: 'deadline' });
    open();
    await until('the handler', () => ended);
  });

  test('a message whose deadline passed before its turn is skipped', async () => {
    const { promise, open } = gate();
    const seen: number[] = [];
    const box = mailbox<number>(async (message) => {
      seen.push(message);
      if (message === 1) await promise;
    });
    box.tell(1);
    await expect(box.ask(2, 20)).rejects.toMatchObject({ code: 'deadline' });
    const third = box.ask(3, 5_000);
    open();
    await third;
    expect(seen).toEqual([1, 3]);
  });

  test('a Later frees the turn; its answer leaves before the next line of who settles it', async () => {
    const later = new Later<string>();
    const order: string[] = [];
    const box = mailbox<string>((message) => (message === 'slow' ? later : message));
    box.post(
      'slow',
      1_000,
      (value) => order.push(String(value)),
      () => undefined,
    );
    expect(await box.ask('quick', 1_000)).toBe('quick');
    later.resolve('answer');
    order.push('after');
    expect(order).toEqual(['answer', 'after']);
  });

  test('a Later that was settled before it was returned, one that fails and one from outside() answer too', async () => {
    const box = mailbox<string>((message) => {
      if (message === 'outside') return outside(Promise.resolve('done'));
      const later = new Later<string>();
      if (message === 'early') later.resolve('early');
      else later.reject(new RoomError('not_found'));
      return later;
    });
    expect(await box.ask('early', 1_000)).toBe('early');
    expect(await box.ask('outside', 1_000)).toBe('done');
    await expect(box.ask('fails', 1_000)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('a Later that never settles ends with deadline', async () => {
    const box = mailbox<number>(() => new Later<void>());
    await expect(box.ask(1, 20)).rejects.toMatchObject({ code: 'deadline' });
  });

  test('close() rejects what waits and what comes later, also answers that were promised', async () => {
    const { promise, open } = gate();
    const box = mailbox<number>((message) => (message === 0 ? new Later<void>() : promise));
    const asked = [0, 1, 2].map((message) => box.ask(message, 5_000));
    const outcomes = Promise.allSettled(asked);
    box.close(new RoomError('visit_ended'));
    open();
    const codes = (await outcomes).map((outcome) => (outcome.status === 'rejected' ? (outcome.reason as RoomError).code : 'done'));
    expect(codes).toEqual(['visit_ended', 'done', 'visit_ended']);
    await expect(box.ask(3, 1_000)).rejects.toMatchObject({ code: 'visit_ended' });
    expect(box.tell(4, true)).toBe(false);
  });

  test('onTimed() hears of the first and every 16th turn', async () => {
    const timed: number[] = [];
    const box = mailbox<number>(() => undefined, {
      onTimed: (message, waited, ran) => {
        expect(waited).toBeGreaterThanOrEqual(0);
        expect(ran).toBeGreaterThanOrEqual(0);
        timed.push(message);
      },
    });
    for (let message = 0; message < 40; message++) box.tell(message);
    expect(timed).toEqual([0, 16, 32]);
  });

  test('5,000 messages in one burst all run, in order', async () => {
    const seen: number[] = [];
    const box = mailbox<number>(async (message) => void seen.push(message), { capacity: 10_000 });
    for (let message = 0; message < 5_000; message++) box.tell(message);
    await box.ask(5_000, 5_000);
    expect(seen).toEqual(Array.from({ length: 5_001 }, (_, index) => index));
  });
});
