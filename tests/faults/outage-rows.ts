/** Redis is away, or a process cannot reach it or the database: what runs goes on, what is new waits, and soon after all is as before. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Op } from 'sequelize';
import { until } from '#tests/support/wait.ts';
import { type CallPages, openPages, serveFirst } from './call-pages.ts';
import { type Network, type Rig, send } from './rig.ts';
import { RoomPerson, watchGaps } from './room-person.ts';
import { allHear, epochsOf, leaveAll, makeVisit, planVisit, ROOM_ENV, type RoomVisit, spread } from './room-visits.ts';
import type { Findings, Row, Size } from './row.ts';

const BACK_MS = 30_000;
const LIVE_EVERY_MS = 200;
/** On werift in each call; further ones are on pages. */
const CALLERS = 4;

/** Asks both processes all the time whether they live. @returns ends it; how often one did not say so */
function watchLife(rig: Rig): () => number {
  let failures = 0;
  const look = (index: number): void => {
    fetch(`${rig.node(index).url}/health/live`, { signal: AbortSignal.timeout(2_000) }).then(
      ({ status }) => void (failures += status === 200 ? 0 : 1),
      () => void failures++,
    );
  };
  const timer = setInterval(() => [0, 1].forEach(look), LIVE_EVERY_MS);
  return () => {
    clearInterval(timer);
    return failures;
  };
}

/** Two calls, one on each process, with somebody who reaches theirs through the other one; the guests, over each in turn, are still to come. */
async function gather(rig: Rig): Promise<RoomVisit[]> {
  const visits: RoomVisit[] = [];
  const roles = ['practitioner', 'patient', 'guest', 'guest', 'guest', 'guest'] as const;
  for (const owner of [0, 1]) {
    const { people, ...visit } = await makeVisit(rig, owner, { roles, sound: true, rooted: true });
    visits.push({ ...visit, people: people.slice(0, 2) });
    for (const person of people.slice(0, 2)) await person.come();
  }
  await allHear(visits);
  return visits;
}

/** Two pages of Chromium in one call, one over each process, where the play is large enough. */
async function openOver(rig: Rig, { id, persons }: RoomVisit, { clients }: Size): Promise<CallPages | null> {
  if (clients <= CALLERS) return null;
  const people = persons.slice(CALLERS, clients).map((person, index) => ({ ...person, origin: rig.node(index).url }));
  const pages = await openPages(id, people);
  await pages.move();
  return pages;
}

/** Pages see again, and were not loaded again. @returns how long each of them heard nothing at most, in ms */
async function silencesOf(pages: CallPages | null, found: Findings): Promise<number[]> {
  if (!pages) return [];
  const silences = await pages.silences();
  await pages.move(BACK_MS).catch((error: unknown) => found.fault(String(error)));
  found.expect('pages that were loaded again', await pages.reloads(), 0);
  return silences;
}

/** What happens in a room while its process cannot tell the other one. */
interface Change {
  /** Over the process of the room, and over the other one. */
  near: RoomPerson;
  far: RoomPerson;
  /** Comes over the first. */
  comes: RoomPerson;
  /** Goes over the second. */
  goes: RoomPerson;
}

async function planChange({ people: [near, far], ways: [, , first, second] }: RoomVisit): Promise<Change> {
  const change = { near: near!, far: far!, comes: new RoomPerson(first!), goes: new RoomPerson(second!) };
  await change.goes.come();
  return change;
}

async function happen({ near, comes, goes }: Change): Promise<void> {
  goes.close();
  await near.ask('hand:raise', { raised: true });
  await comes.come();
}

/** What of it is not known where it has to be. */
function unknown({ near, far, comes, goes }: Change): string[] {
  const known: Record<string, boolean> = {
    'a hand that was raised': typeof far.peers.get(near.peerId)?.handRaisedAt === 'number',
    'who came': far.peers.get(comes.peerId)?.connected === true,
    'the sound of who came': far.hears(comes.peerId) >= 3,
    'who went': near.peers.get(goes.peerId)?.connected !== true,
  };
  return Object.keys(known).filter((name) => !known[name]);
}

/** All but the two who are in the call leave, so that it can happen again. */
async function undo({ near, comes }: Change, { ways }: RoomVisit): Promise<void> {
  await near.insist('hand:raise', { raised: false });
  await comes.leave();
  const gone = new RoomPerson(ways[3]!);
  await gone.come();
  await gone.leave();
}

/** Whether somebody gets into the room of a new visit over each process, and people of a room reach it over the other one. */
async function works(rig: Rig, visits: readonly RoomVisit[]): Promise<void> {
  for (const node of [0, 1]) {
    const visit = await makeVisit(rig, node, { roles: ['practitioner'] });
    await visit.people[0]!.come();
    await visit.people[0]!.leave();
  }
  await Promise.all(visits.map(({ people }) => people[1]!.insist('hand:raise', { raised: true })));
}

/** A Redis that breaks, in the ways in which it does. */
const outages: readonly { name: string; begin(rig: Rig): Promise<void>; end(rig: Rig): Promise<void> }[] = [
  { name: 'ended, back empty', begin: ({ redis }) => redis.kill(), end: ({ redis }) => redis.resume() },
  {
    name: 'silent',
    begin: async ({ redis }) => void process.kill(redis.pid, 'SIGSTOP'),
    end: async ({ redis }) => void process.kill(redis.pid, 'SIGCONT'),
  },
];

export const redisOut: Row = {
  id: 'C2 Redis out',
  what: 'Redis is ended and comes back empty; then it stands still and takes no packets; a call runs on each process meanwhile, one with two Chromium pages, and people come and go',
  goal: 'both processes live, calls go on and their chat is stored, new visits are told to wait, no room changes its owner, soon all is as before and everybody knows what happened',
  short: { rounds: 1, clients: CALLERS, ms: 2_500 },
  full: { rounds: 2, clients: CALLERS + 2, ms: 60_000 },
  limits: { 'longest silence in a call': 500, 'longest silence on a page': 500, 'as before after': 5_000 },
  rig: { env: ROOM_ENV },
  twin: { sources: ['forget-terms', 'first-come'], size: { rounds: 1, clients: CALLERS, ms: 6_000 } },
  async play(rig, size, found) {
    const visits = await gather(rig);
    const pages = await openOver(rig, visits[0]!, size);
    const serveAsBefore = serveFirst();
    const silences: number[] = [];
    const pageSilences: number[] = [];
    const backs: number[] = [];
    let life = (): number => 0;
    try {
      for (let round = 0; round < size.rounds && !found.failed; round++) {
        const outage = outages[round % outages.length]!;
        const before = await epochsOf(rig, visits);
        const changes: Change[] = [];
        for (const visit of visits) changes.push(await planChange(visit));
        const came = changes.map(({ near }) => near.cameAt);
        const gaps = watchGaps(visits.map(({ people }) => people));
        await pages?.watch();
        life = watchLife(rig);
        await outage.begin(rig);
        for (const change of changes) await happen(change);
        await meanwhile(rig, visits, size.ms ?? 0, found);
        await outage.end(rig);
        const from = performance.now();
        // At once, from the other process: the owner has not been back yet, perhaps.
        await Promise.all(visits.map(({ people }) => people[1]!.insist('hand:raise', { raised: false })));
        await works(rig, visits);
        await until('everybody to know what happened', () => changes.flatMap(unknown).length === 0, BACK_MS, 20).catch(() => undefined);
        found.expect('what happened and is not known', changes.flatMap(unknown), []);
        backs.push(performance.now() - from);
        found.expect(`times that a process did not live while Redis was ${outage.name}`, life(), 0);
        silences.push(...gaps().map(({ ms }) => ms));
        pageSilences.push(...(await silencesOf(pages, found)));
        found.expect('epochs', [...(await epochsOf(rig, visits))], [...before]);
        // The others may have to come in anew: what they were told while there was no Redis is lost.
        const nearAt = changes.map(({ near }) => near.cameAt);
        found.expect(
          'people of the process of their room who lost their connection',
          nearAt.filter((at, index) => at !== came[index]).length,
          0,
        );
        if (!found.failed) for (const [index, change] of changes.entries()) await undo(change, visits[index]!);
      }
    } finally {
      life();
      serveAsBefore();
      await pages?.close();
      await leaveAll(rig, visits);
    }
    found.figure('longest silence in a call', `${spread(silences).longest} ms`);
    if (pages) found.figure('longest silence on a page', `${spread(pageSilences).longest} ms`);
    found.figure('as before after', `${spread(backs).longest} ms`);
  },
};

async function meanwhile(rig: Rig, visits: readonly RoomVisit[], ms: number, found: Findings): Promise<void> {
  const end = performance.now() + ms;
  const [newcomer] = (await makeVisit(rig, 0, { roles: ['practitioner'] })).people as [RoomPerson];
  newcomer.come().catch(() => undefined);
  const planned = await planVisit(rig);
  for (let turn = 0; turn === 0 || performance.now() < end; turn++) {
    for (const { people } of visits) {
      const asked = people[0]!.ask('chat:send', { text: `${turn}`, clientMessageId: `${end}-${turn}` });
      await asked.catch((error: unknown) => found.fault(`chat of a call that runs: ${String(error)}`));
    }
    const { status, code } = await send(rig.node(turn), 'POST', `/consultations/${planned}/room/close`, { token: rig.doctor.token });
    if (status !== 503) found.fault(`a request about another room was answered with ${status} ${code}`);
    await sleep(Math.min(500, Math.max(0, end - performance.now())));
  }
  if (newcomer.phase !== 'out') found.fault('a room was opened without Redis');
  newcomer.close();
}

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
    const visits = await gather(rig);
    try {
      const before = [...(await epochsOf(rig, visits))];
      const came = (): number[] => visits.flatMap(({ people }) => people.map(({ cameAt }) => cameAt));
      const first = came();
      const gaps = watchGaps(visits.map(({ people }) => people));
      const steps = CLOCKS.slice(0, size.steps);
      for (let round = 0; round < size.rounds && !found.failed; round++) {
        for (const seconds of steps) {
          rig.setClock(round, seconds);
          const end = performance.now() + (size.ms ?? 0);
          for (let turn = 0; performance.now() < end; turn++) {
            const said = visits.map(({ people }) =>
              people[turn % 2]!.ask('chat:send', { text: `${turn}`, clientMessageId: `${end}-${turn}` }),
            );
            await Promise.all(said).catch((error: unknown) => found.fault(`chat with a clock ${seconds} s off: ${String(error)}`));
            await sleep(250);
          }
        }
        found.expect('epochs', [...(await epochsOf(rig, visits))], before);
        found.expect('people who lost their connection', came().filter((at, index) => at !== first[index]).length, 0);
      }
      found.figure('jumps', size.rounds * steps.length);
      found.figure('longest silence in a call', `${spread(gaps().map(({ ms }) => ms)).longest} ms`);
    } finally {
      for (const index of [0, 1]) rig.setClock(index, 0);
      await leaveAll(rig, visits);
    }
  },
};
