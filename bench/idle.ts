/** What an open room costs while nothing happens in it: heap, and timers. In one process, with real media and the database in memory. */
import { createHook } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createMediaServer } from '#sfu/index.ts';
import { createMemoryLog } from '#tests/support/memory-ports.ts';
import { startRoomServer, testConfig } from '#tests/support/room-server.ts';
import { conclude, finish, readOptions } from './harness.ts';

const ROOMS = 1_000;
/** The sanity twin opens more rooms than it counts. */
const TWIN_ROOMS = 8_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
const live = new Set<number>();
createHook({ init: (id, kind) => void (kind === 'Timeout' && live.add(id)), destroy: (id) => void live.delete(id) }).enable();

function heap(): number {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const options = readOptions({ pairs: 3, seconds: 1 });
console.log('An idle open room');
const media = await createMediaServer({ config: testConfig(), log: createMemoryLog() });
const server = await startRoomServer(media, { ROOM_EMPTY_MS: '3600000' });

async function open(count: number): Promise<void> {
  for (let opened = 0; opened < count; opened += 100) {
    const visits = Array.from({ length: Math.min(100, count - opened) }, () => server.world.visit({ lobby: false }));
    await Promise.all(visits.map(({ consultationId }) => server.rooms.startVisit(consultationId, 'bench')));
  }
  // Deadlines of what opened them pass, and their snapshots are written.
  await sleep(6_000);
}

await open(options.quick ? 10 : ROOMS);
const sizes = [];
let timers = 0;
while (sizes.length < options.pairs) {
  const [before, timersBefore] = [heap(), live.size];
  await open(options.twin ? TWIN_ROOMS : ROOMS);
  sizes.push({ bare: Number.NaN, ours: (heap() - before) / 1000 / ROOMS });
  timers = Math.max(timers, live.size - timersBefore);
}
const goal = { id: 'idle', what: 'heap of an idle open room', unit: 'kB', compare: 'value', atMost: 50 } as const;
finish([conclude(goal, sizes, options, [{ text: `1,000 more rooms need ${timers} more timers`, holds: timers <= 2 }])]);
process.exit();
