import { createHook } from 'node:async_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAlarms } from '#rooms/alarms.ts';
import { roomSuite } from '#tests/support/room-suite.ts';
import { until } from '#tests/support/wait.ts';

/** Timers of the process, those that do not keep it alive too. */
const live = new Set<number>();
const hook = createHook({ init: (id, kind) => void (kind === 'Timeout' && live.add(id)), destroy: (id) => void live.delete(id) });
beforeAll(() => void hook.enable());
afterAll(() => void hook.disable());

async function timers(): Promise<number> {
  // They are told of in the next turn.
  await sleep(1);
  await new Promise(setImmediate);
  return live.size;
}

describe('alarms', () => {
  test('ring in the order of their times, once, unless they were cancelled', async () => {
    const alarms = createAlarms();
    const rung: string[] = [];
    const late = alarms.after(30, () => rung.push('late'));
    alarms.after(20, () => rung.push('second'));
    const first = alarms.after(10, () => {
      rung.push('first');
      late.cancel();
      alarms.after(15, () => rung.push('added'));
    });
    alarms.after(10, () => rung.push('of the same moment')).cancel();
    await until('all', () => alarms.size === 0);
    first.cancel();
    expect(rung).toEqual(['first', 'second', 'added']);
    alarms.after(1, () => rung.push('never'));
    alarms.close();
    await sleep(5);
    expect(rung).toHaveLength(3);
  });

  test('any number of them needs one timer of the process', async () => {
    const alarms = createAlarms();
    const before = await timers();
    const many = Array.from({ length: 5_000 }, (_none, index) => alarms.after(60_000 + ((index * 7_919) % 1_000), () => undefined));
    expect((await timers()) - before).toBe(1);
    for (const alarm of many) alarm.cancel();
    expect(alarms.size).toBe(0);
  });
});

const suite = roomSuite();

test('an idle open room has no timer of its own', async () => {
  const server = await suite.start();
  const open = async (count: number): Promise<void> => {
    const visits = Array.from({ length: count }, () => server.world.visit({ lobby: false }));
    await Promise.all(visits.map(({ consultationId }) => server.rooms.startVisit(consultationId, 'test')));
  };
  await open(1);
  await sleep(200);
  const before = await timers();
  await open(200);
  expect(server.rooms.stats().rooms).toBe(201);
  // Deadlines of the requests that opened them, and the debounce of their snapshots, are over by then.
  await until('what opening them needed to be over', async () => (await timers()) <= before);
});
