/** A process cannot reach Redis or the database, or its clock jumps: each room has one owner in the end, and what was acknowledged is stored. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Op } from 'sequelize';
import { until } from '#tests/support/wait.ts';
import { leaveCalls, makeTwoCalls, silencesIn, watchConnections } from './calls.ts';
import { type Network, type Rig, send } from './rig.ts';
import type { RoomPerson } from './room-person.ts';
import { epochsOf, leaveAll, makeVisit, ROOM_ENV, type RoomVisit, spread } from './room-visits.ts';
import type { Findings, Row } from './row.ts';

const BACK_MS = 30_000;

interface Cut {
  name: string;
  begin(network: Network): void;
  /** The other process sees it, and takes over where it has people who know no other. */
  seen?: true;
}

const cuts: readonly Cut[] = [
  { name: 'Redis, cut', begin: ({ redis }) => redis.cut(), seen: true },
  { name: 'database, both ways', begin: ({ database }) => database.hold('there', 'back') },
  { name: 'Redis, both ways', begin: ({ redis }) => redis.hold('there', 'back') },
  { name: 'database, back', begin: ({ database }) => database.hold('back') },
  { name: 'Redis, there', begin: ({ redis }) => redis.hold('there') },
  { name: 'Redis, back', begin: ({ redis }) => redis.hold('back') },
];

export const partitioned: Row = {
  id: 'N3 partition',
  what: 'the owner of rooms is cut off from Redis or from the database, wholly or one way, while people write on both processes',
  goal: 'what was acknowledged is stored once, what the former owner is asked for is refused, one owner in the end',
  // One cut of each of the two.
  short: { rounds: 2, clients: 2, ms: 6_000 },
  full: { rounds: cuts.length * 3, clients: 4, ms: 10_000 },
  rig: { env: ROOM_ENV, gates: true },
  twin: { sources: ['no-dedupe'], indexes: ['messages'], size: { rounds: cuts.length, clients: 2, ms: 7_000 } },
  async play(rig, size, found) {
    let moved = 0;
    for (let round = 0; round < size.rounds && !found.failed; round++) {
      const visits: RoomVisit[] = [];
      try {
        for (let index = 0; index < size.clients; index++) {
          // Whoever is sent on when the owner falls silent may come to that very owner, which has the room still. Those of every other visit cannot.
          const visit = await makeVisit(rig, round, { roles: ['practitioner', 'patient'], rooted: index % 2 === 1 });
          visits.push(visit);
          for (const person of visit.people) await person.come();
        }
        moved += await cutOff(rig, visits, round, size.ms ?? 0, found);
      } finally {
        await leaveAll(rig, visits);
      }
    }
    if (moved === 0) found.fault('no room was taken over by the other process');
    found.figure('partitions', size.rounds);
    found.figure('rooms taken over', `${moved} of ${size.rounds * size.clients}`);
  },
};

/** Cuts the process off that has these visits, the one of the round's number. @returns how many of them the other one has taken over */
async function cutOff(rig: Rig, visits: readonly RoomVisit[], round: number, ms: number, found: Findings): Promise<number> {
  const { name, begin, seen } = cuts[round % cuts.length]!;
  const before = await epochsOf(rig, visits);
  const network = rig.network(round);
  begin(network);
  const end = performance.now() + ms;
  const write = async (person: RoomPerson): Promise<number> => {
    let count = 0;
    while (performance.now() < end) {
      await person.say(`${name} ${round}`, `${round}-${count++}`);
      await sleep(20);
    }
    return count;
  };
  const writing = visits.flatMap(({ people }) => people.map(write));
  await sleep(ms);
  // However slow the machine is.
  if (seen)
    await until('a room to be taken over', async () => takenOver(before, await epochsOf(rig, visits)) > 0, BACK_MS).catch(() => undefined);
  network.redis.open();
  network.database.open();
  const counts = await Promise.all(writing);
  const after = await oneOwnerEach(rig, visits, name, found);
  const { models } = rig.desk.database;
  for (const [index, { id, people }] of visits.entries()) {
    const rows = await models.messages.findAll({
      where: { consultationId: id, clientMessageId: { [Op.startsWith]: `${round}-` } },
      attributes: ['memberId', 'clientMessageId'],
    });
    const ids = rows.map(({ memberId, clientMessageId }) => `${memberId} ${clientMessageId}`);
    found.expect(`messages stored twice after ${name}`, ids.length - new Set(ids).size, 0);
    found.expect(`messages stored after ${name}`, ids.length, counts[index * 2]! + counts[index * 2 + 1]!);
    for (const person of people) for (const fault of person.faults) found.fault(fault);
  }
  return takenOver(before, after);
}

/** @returns how many of these epochs have changed */
const takenOver = (before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): number =>
  [...before].filter(([id, epoch]) => after.get(id) !== epoch).length;

/** Whichever process has a room in the end: one has it, under the epoch of the database, and both say so. @returns epochs */
async function oneOwnerEach(rig: Rig, visits: readonly RoomVisit[], name: string, found: Findings): Promise<Map<string, number>> {
  const openOn = async (index: number): Promise<string[]> => {
    const { data } = await send(rig.node(index), 'GET', '/cluster/rooms', { token: rig.administrator.token });
    const rooms = (data?.items ?? []) as { consultationId: string; epoch: number }[];
    return rooms.map(({ consultationId, epoch }) => `${consultationId} ${epoch}`).toSorted();
  };
  const wanted = async (): Promise<string[]> => [...(await epochsOf(rig, visits))].map(([id, epoch]) => `${id} ${epoch}`).toSorted();
  const agreed = async (): Promise<boolean> => {
    const [one, other, stored] = await Promise.all([openOn(0), openOn(1), wanted()]);
    return [one, other].every((rooms) => rooms.join() === stored.join());
  };
  await until('one owner', agreed, BACK_MS).catch(() => undefined);
  const stored = await wanted();
  for (const index of [0, 1]) found.expect(`rooms after ${name}, says process ${index}`, await openOn(index), stored);
  return epochsOf(rig, visits);
}

const CLOCKS = [-600, 600, 0] as const;
/** Longer than leases and beats live. */
const JUMP_MS = 6_000;

export const clockJumps: Row = {
  id: 'N3 clock',
  what: 'the time of day of one process jumps ten minutes back, then ahead, then to what it was, while people are in rooms of both',
  goal: 'no room changes its owner, nobody loses their connection or hears nothing, chat goes on',
  short: { rounds: 1, clients: 1, ms: JUMP_MS, steps: 1 },
  full: { rounds: 6, clients: 1, ms: JUMP_MS },
  rig: { env: ROOM_ENV, clocks: true },
  twin: { sources: ['wall-clock'], size: { rounds: 1, clients: 1, ms: JUMP_MS, steps: 1 } },
  async play(rig, size, found) {
    const calls = await makeTwoCalls(rig);
    try {
      const before = [...(await epochsOf(rig, calls))];
      const lost = await watchConnections(calls);
      for (const { people } of calls) await people.watch();
      const steps = CLOCKS.slice(0, size.steps);
      for (let round = 0; round < size.rounds && !found.failed; round++) {
        for (const seconds of steps) {
          rig.setClock(round, seconds);
          const end = performance.now() + (size.ms ?? 0);
          for (let turn = 0; performance.now() < end; turn++) {
            const message = { text: `${turn}`, clientMessageId: `${end}-${turn}` };
            const said = calls.map(({ people }) => people.ask(turn % 2, 'chat:send', message));
            await Promise.all(said).catch((error: unknown) => found.fault(`chat with a clock ${seconds} s off: ${String(error)}`));
            await sleep(250);
          }
        }
        found.expect('epochs', [...(await epochsOf(rig, calls))], before);
        found.expect('people who lost their connection', await lost(), 0);
      }
      found.figure('jumps', size.rounds * steps.length);
      found.figure('longest silence in a call', `${spread(await silencesIn(calls)).longest} ms`);
    } finally {
      for (const index of [0, 1]) rig.setClock(index, 0);
      await leaveCalls(rig, calls);
    }
  },
};
