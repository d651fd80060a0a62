import type { Directory, NodeSign } from '#rooms/directory.ts';
import { createMemoryDirectory } from '#rooms/memory-directory.ts';
import { createPresence, type Presence } from '#rooms/presence.ts';
import { createMemoryLog } from '#tests/support/memory-ports.ts';
import { until } from '#tests/support/wait.ts';

const TTL_MS = 400;

let directory: Directory;
let presence: Presence;
let gone: string[];
/** What the directory says of the others; `beats` of `null` grows by itself. */
let others: Map<string, { beats: number | null; listens: boolean }>;
let beats: number;
let away: boolean;

beforeEach(() => {
  gone = [];
  beats = 0;
  away = false;
  others = new Map([
    ['a', { beats: null, listens: true }],
    ['b', { beats: null, listens: true }],
  ]);
  let clock = 0;
  directory = {
    ...createMemoryDirectory(),
    async beat(nodeId) {
      if (away) throw new Error('away');
      clock++;
      const signs: NodeSign[] = [...others].map(([name, sign]) => ({ nodeId: name, beats: sign.beats ?? clock, listens: sign.listens }));
      return [{ nodeId, beats: ++beats, listens: true }, ...signs];
    },
    async leave(nodeId) {
      others.delete(nodeId);
    },
  };
  begin(TTL_MS);
});
afterEach(() => presence.close());

function begin(ttlMs: number): void {
  presence = createPresence({ directory, nodeId: 'me', ttlMs, log: createMemoryLog(), onGone: (node) => void gone.push(node) });
}
const seen = () => until('both to be seen', () => presence.others().length === 2);
const beatsPass = async (count: number) => {
  const from = beats;
  await until('beats', () => beats >= from + count, 10_000, 5);
};

test('of two that fall silent the one whose connections are closed is gone first', async () => {
  await seen();
  others.set('a', { beats: 7, listens: true });
  others.set('b', { beats: 7, listens: false });
  await until('both to be gone', () => gone.length === 2);
  expect(gone).toEqual(['b', 'a']);
  expect([presence.isGone('a'), presence.isGone('b'), presence.others()]).toEqual([true, true, []]);
  expect(others.size).toBe(0);
});

test('one that says that it lives is not gone, whatever becomes of its connection', async () => {
  await seen();
  others.set('b', { beats: null, listens: false });
  await beatsPass(20);
  expect(gone).toEqual([]);
});

test('one that is found gone and lives after all is back with its next beat', async () => {
  await seen();
  others.set('b', { beats: 7, listens: false });
  await until('it to be gone', () => presence.isGone('b'));
  others.set('b', { beats: 8, listens: true });
  await until('it to be back', () => !presence.isGone('b'));
  expect(presence.others().toSorted()).toEqual(['a', 'b']);
});

test('while the directory is away, and when it has forgotten everybody, nobody is gone who comes back', async () => {
  await seen();
  away = true;
  await new Promise((done) => setTimeout(done, TTL_MS * 1.5));
  expect(presence.isSettling()).toBe(true);
  away = false;
  const known = new Map(others);
  others.clear();
  beats = 0;
  // Longer than those have who leave in order.
  await beatsPass(4);
  others = known;
  await beatsPass(20);
  expect(gone).toEqual([]);
  expect(presence.isSettling()).toBe(false);
});

test('a directory that was away for so short that every lease outlived it has nobody wait', async () => {
  await presence.close();
  beats = 0;
  // With a beat each second this machine may stand still for two without a difference.
  begin(8_000);
  await seen();
  away = true;
  await until('it to be missed', () => presence.isSettling(), 10_000, 5);
  away = false;
  await beatsPass(1);
  expect(presence.isSettling()).toBe(false);
});

test('a node that begins while the directory is away waits for the owners, however soon it is back', async () => {
  await presence.close();
  beats = 0;
  away = true;
  begin(8_000);
  await until('it to be missed', () => presence.isSettling(), 10_000, 5);
  away = false;
  await seen();
  expect(presence.isSettling()).toBe(true);
});
