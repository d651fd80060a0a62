import { RoomError } from '#rooms/errors.ts';
import { createMemoryDirectory } from '#rooms/memory-directory.ts';
import { createOrphans, type Orphans } from '#rooms/orphans.ts';
import { createMemoryLog } from '#tests/support/memory-ports.ts';
import { until } from '#tests/support/wait.ts';

const directory = createMemoryDirectory();
let sentOn: string[];
let orphans: Orphans;
/** Look-ups of a room that fail before it is told. */
let failures: Map<string, number>;
beforeEach(() => {
  sentOn = [];
  failures = new Map();
  orphans = createOrphans({
    ...{ pauseMs: 1, log: createMemoryLog(), open: (roomId) => roomId === 'here' },
    directory: {
      async lookup(roomId) {
        const left = failures.get(roomId) ?? 0;
        failures.set(roomId, left - 1);
        if (left > 0) throw new RoomError('storage_unavailable');
        return directory.lookup(roomId);
      },
    },
    gateway: {
      visits: () => new Set(['here', 'gone', 'elsewhere', 'nobody']),
      recycle: (rooms) => void sentOn.push(...(rooms ?? [])),
    },
  });
});
afterEach(() => orphans.close());

beforeAll(async () => {
  await directory.claim('gone', 'dead', 60_000);
  await directory.claim('elsewhere', 'alive', 60_000);
});

test('sends on who is in a room of the node that is gone, or of nobody, once each', async () => {
  await orphans.sendOn('dead');
  expect(sentOn.toSorted()).toEqual(['lobby:gone', 'lobby:nobody', 'room:gone', 'room:nobody']);
});

test('looks a room up again of which the directory did not say who has it, and only that', async () => {
  failures.set('gone', 3);
  await orphans.sendOn('dead');
  expect(sentOn).toEqual(['room:nobody', 'lobby:nobody', 'room:gone', 'lobby:gone']);
});

test('ends with the node', async () => {
  failures.set('gone', Infinity);
  const sending = orphans.sendOn('dead');
  await until('a few tries', () => failures.get('nobody') === -1);
  orphans.close();
  await sending;
  expect(sentOn).not.toContain('room:gone');
});
