import { type ChatLog, openChatLog } from '#rooms/chat-log.ts';
import type { RoomError } from '#rooms/errors.ts';
import { Later } from '#rooms/mailbox.ts';
import type { ChatMessage } from '#rooms/protocol.ts';
import { createMemoryLog, createMemoryWorld, type MemoryVisit, type MemoryWorld } from '#tests/support/memory-ports.ts';

const ann = { memberId: 'ann', name: 'Ann', role: 'patient' as const };
const bob = { memberId: 'bob', name: 'Bob', role: 'practitioner' as const };

interface Setup {
  world: MemoryWorld;
  visit: MemoryVisit;
  posted: ChatMessage[][];
  stale: () => boolean;
  open(): Promise<ChatLog>;
}

function setup(perTenSeconds = 1_000): Setup {
  const world = createMemoryWorld();
  const visit = world.visit();
  const posted: ChatMessage[][] = [];
  let stale = false;
  const open = async (): Promise<ChatLog> => {
    const { epoch, latestChatSeq: latestSeq } = await world.policy.open(visit.consultationId);
    return openChatLog({
      consultationId: visit.consultationId,
      epoch,
      store: world.chat,
      latestSeq,
      perTenSeconds,
      log: createMemoryLog(),
      onPosted: (messages) => posted.push(messages),
      onStale: () => {
        stale = true;
      },
    });
  };
  return { world, visit, posted, stale: () => stale, open };
}

/** A send as a promise. */
function send(log: ChatLog, author: typeof ann | typeof bob, id: string, text = id): Promise<{ seq: number; sentAt: number }> {
  return new Promise((resolve, reject) => {
    const answer = log.send(author, id, text);
    if (answer instanceof Later) answer.attach(resolve, reject);
    else resolve(answer);
  });
}

const seqs = (visit: MemoryVisit): number[] => visit.messages.map(({ seq }) => seq);

describe('chat log', () => {
  test('send() commits the first at once and together what came meanwhile; posts follow the commits', async () => {
    const { world, visit, posted, open } = setup();
    const log = await open();
    const answers = await Promise.all(Array.from({ length: 30 }, (_, index) => send(log, index % 2 ? ann : bob, `m${index}`)));
    expect(answers.map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
    expect(world.writes).toEqual(['append:1', 'append:29']);
    expect(posted.map((messages) => messages.length)).toEqual([1, 29]);
    expect(seqs(visit)).toEqual(answers.map(({ seq }) => seq));
  });

  test('send() of the same id gives the first answer: while it is stored, afterwards, and after a restart', async () => {
    const { visit, posted, open } = setup();
    const log = await open();
    const [first, second] = await Promise.all([send(log, ann, 'x'), send(log, ann, 'x')]);
    expect(second).toEqual(first);
    expect(await send(log, ann, 'x')).toEqual(first);
    expect((await send(log, bob, 'x')).seq).toBe(2);
    const again = await open();
    expect(await send(again, ann, 'x')).toEqual(first);
    expect(posted.flat()).toHaveLength(2);
    expect(seqs(visit)).toEqual([1, 2]);
  });

  test('send() of an id from long before this process finds it in the store and leaves no gap', async () => {
    const { visit, open } = setup();
    const before = await open();
    for (let index = 0; index < 450; index++) await send(before, ann, `old${index}`);
    const log = await open();
    const answers = await Promise.all([
      send(log, ann, 'new0'),
      send(log, ann, 'old3'),
      send(log, ann, 'new1'),
      send(log, ann, 'old4'),
      send(log, ann, 'new2'),
    ]);
    expect(answers.map(({ seq }) => seq)).toEqual([451, 4, 452, 5, 453]);
    expect(seqs(visit)).toEqual(Array.from({ length: 453 }, (_, index) => index + 1));
  });

  test('a failed commit answers all its senders and burns no numbers', async () => {
    const { world, visit, posted, open } = setup();
    const log = await open();
    await send(log, ann, 'm1');
    world.hooks.beforeWrite = () => {
      throw new Error('database gone');
    };
    const failed = await Promise.allSettled(['m2', 'm3', 'm4'].map((id) => send(log, ann, id)));
    expect(failed.map((outcome) => (outcome.status === 'rejected' ? (outcome.reason as RoomError).code : 'stored'))).toEqual(
      Array(3).fill('storage_unavailable'),
    );
    delete world.hooks.beforeWrite;
    expect((await send(log, ann, 'm5')).seq).toBe(2);
    expect((await send(log, ann, 'm2')).seq).toBe(3);
    expect(seqs(visit)).toEqual([1, 2, 3]);
    expect(posted.flat().map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  test('a commit that was stored but whose answer got lost is neither lost nor doubled', async () => {
    const { world, visit, posted, open } = setup();
    const log = await open();
    world.hooks.afterAppend = () => {
      delete world.hooks.afterAppend;
      throw new Error('connection lost after commit');
    };
    await expect(send(log, ann, 'm1')).rejects.toMatchObject({ code: 'storage_unavailable' });
    expect(await Promise.all([send(log, ann, 'm1'), send(log, ann, 'm2')])).toMatchObject([{ seq: 1 }, { seq: 2 }]);
    expect(seqs(visit)).toEqual([1, 2]);
    expect(posted.flat().map(({ seq }) => seq)).toEqual([1, 2]);
  });

  test('a newer epoch refuses the commit and says so', async () => {
    const { world, visit, open, stale } = setup();
    const log = await open();
    await world.policy.open(visit.consultationId);
    await expect(send(log, ann, 'm1')).rejects.toMatchObject({ code: 'stale_epoch' });
    expect(stale()).toBe(true);
    expect(visit.messages).toEqual([]);
  });

  test('send() past the budget of a person is rate_limited, for that person only; repetitions are free', async () => {
    const { open } = setup(3);
    const log = await open();
    for (const id of ['m1', 'm2', 'm3']) await send(log, ann, id);
    await expect(send(log, ann, 'm4')).rejects.toMatchObject({ code: 'rate_limited' });
    expect((await send(log, ann, 'm1')).seq).toBe(1);
    expect((await send(log, bob, 'm1')).seq).toBe(4);
  });

  test('page() gives what is after a number from memory and from the store, in order', async () => {
    const { open } = setup();
    const first = await open();
    for (let index = 1; index <= 450; index++) await send(first, ann, `m${index}`);
    const log = await open();
    const recent = log.page(440, 200);
    expect(recent).not.toBeInstanceOf(Promise);
    expect((await recent).messages.map(({ seq }) => seq)).toEqual([441, 442, 443, 444, 445, 446, 447, 448, 449, 450]);
    const old = await log.page(0, 200);
    expect([old.messages.length, old.messages[0]!.seq, old.latestSeq]).toEqual([200, 1, 450]);
    expect(await log.page(450, 200)).toEqual({ messages: [], latestSeq: 450 });
  });

  test('page() gives fewer when they are long, from memory and from the store, and one at least', async () => {
    const { open } = setup();
    const log = await open();
    for (let index = 1; index <= 450; index++) await send(log, ann, `m${index}`, 'x'.repeat(index === 450 ? 200_000 : 4_000));
    const count = async (afterSeq: number): Promise<number> => (await log.page(afterSeq, 200)).messages.length;
    expect([await count(0), await count(400), await count(440), await count(449)]).toEqual([25, 25, 9, 1]);
  });
});
