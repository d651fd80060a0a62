/** The owner of rooms stands still, or is cut off, while the other process takes them over: what it still tries to write is refused. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Op } from 'sequelize';
import type { TestNode } from '#tests/support/server.ts';
import { until } from '#tests/support/wait.ts';
import type { Rig } from './rig.ts';
import type { RoomPerson } from './room-person.ts';
import { epochsOf, leaveAll, makeVisit, metricOf, ROOM_ENV, type RoomVisit, spread } from './room-visits.ts';
import { createChance, type Findings, type Row } from './row.ts';

const BACK_MS = 40_000;
const WRITE_MS = 300;
/** Longer than there is between two beats and two renewals: a pause begins anywhere between them. */
const BEAT_MS = 1_400;
/** Time in which a takeover is over for certain. */
const TAKEN_MS = 30_000;

const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);

const locked = async ({ desk }: Rig, visits: readonly RoomVisit[]): Promise<number> =>
  desk.database.models.consultations.count({ where: { id: visits.map(({ id }) => id), locked: true } });

/** Ids of messages that a former owner is asked to store, and beginnings of those of others, in each round. */
const staleId = (round: number): string => `stale-${round}`;
const idsOf = (round: number): string => `${round}-`;

/** How many messages with such ids each visit has. */
function stored({ desk }: Rig, visits: readonly RoomVisit[], id: string): Promise<number[]> {
  const { messages } = desk.database.models;
  const clientMessageId = { [Op.startsWith]: id };
  return Promise.all(visits.map((visit) => messages.count({ where: { consultationId: visit.id, clientMessageId } })));
}

export const nodePaused: Row = {
  id: 'N2 pause',
  what: 'the process that has all rooms gets SIGSTOP while people write, in the midst of transactions as well; the other takes the rooms over; then it goes on, with messages in its sockets',
  goal: 'nothing that it was asked for meanwhile is written, what was acknowledged is stored once, one takeover for each room, it has given all of them up within a second',
  short: { rounds: 1, clients: 2, ms: 1_000 },
  full: { rounds: 50, clients: 4, ms: 20_000 },
  limits: { 'former owner quits after': 1_000 },
  rig: { env: ROOM_ENV },
  twin: { sources: ['no-fence'], size: { rounds: 3, clients: 4, ms: 1_000 } },
  async play(rig, size, found) {
    const visits: RoomVisit[] = [];
    const quits: number[] = [];
    const chance = createChance(size.seed ?? 1);
    try {
      for (let index = 0; index < size.clients; index++) {
        const visit = await makeVisit(rig, 0, { roles: ['practitioner', 'patient'] });
        visits.push(visit);
        for (const person of visit.people) await person.come();
      }
      for (let round = 0; round < size.rounds && !found.failed; round++) {
        await sleep(chance() * BEAT_MS);
        quits.push(await pauseOwner(rig, visits, round, size.ms ?? 0, found));
      }
    } finally {
      await leaveAll(rig, visits);
    }
    found.figure('pauses', quits.length);
    found.figure('former owner quits after', `${spread(quits).longest} ms`);
  },
};

/** @returns ms from waking until it has no room any more */
async function pauseOwner(rig: Rig, visits: readonly RoomVisit[], round: number, ms: number, found: Findings): Promise<number> {
  const [owner, other] = [rig.node(round), rig.node(round + 1)];
  const before = await epochsOf(rig, visits);
  // As a monitor does all the time: what the first answer of a process costs is no part of the figure.
  found.expect(`rooms of the owner in round ${round}`, await metricOf(owner, 'rooms_open'), visits.length);
  const doctors = visits.map(({ people }) => people[0]!);
  // The doctors are on the process that stands still, the patients on the other.
  await Promise.all(visits.flatMap(({ people }) => people.map((person, index) => person.moveTo([owner.url, other.url][index]!))));
  // All the time: the pause finds some of what they write in the midst of its transaction.
  let writing = true;
  const write = async (doctor: RoomPerson): Promise<number> => {
    let count = 0;
    while (writing) await doctor.say('在吗', `${idsOf(round)}${count++}`);
    return count;
  };
  const writers = Promise.all(doctors.map(write));
  // Awaited below, unless something else fails before.
  writers.catch(() => undefined);
  await sleep(WRITE_MS);
  const pausedAt = performance.now();
  process.kill(owner.pid(), 'SIGSTOP');
  try {
    // Into its sockets: it reads them when it goes on, before it knows what has happened.
    const asked = doctors.flatMap((doctor) => [
      doctor.ask('chat:send', { text: '在吗', clientMessageId: staleId(round) }),
      doctor.ask('room:lock', { locked: true }),
    ]);
    const answers = Promise.allSettled(asked);
    await until('the other process to have all rooms', async () => (await metricOf(other, 'rooms_open')) === visits.length, TAKEN_MS);
    await until(
      'everybody to be there',
      () => visits.every(({ people }) => people.every(({ phase, url }) => phase === 'room' && url === other.url)),
      BACK_MS,
    );
    await sleep(Math.max(0, ms - (performance.now() - pausedAt)));
    for (const answer of await answers) if (answer.status === 'fulfilled') found.fault('a process that stood still has answered');
  } finally {
    writing = false;
    process.kill(owner.pid(), 'SIGCONT');
  }
  const wokeAt = Date.now();
  await until('the former owner to quit', async () => (await metricOf(owner, 'rooms_open')) === 0, BACK_MS);
  const seenAt = Date.now();
  const givenUp = givenUpSince(owner, wokeAt);
  // Whatever it began has been done or refused by then.
  await sleep(200);
  const counts = await writers;
  found.expect('messages stored', await stored(rig, visits, idsOf(round)), counts);
  found.expect('messages that a former owner has stored', sum(await stored(rig, visits, staleId(round))), 0);
  found.expect('rooms that a former owner has locked', await locked(rig, visits), 0);
  const after = await epochsOf(rig, visits);
  for (const [id, epoch] of after) found.expect(`takeovers of a room in round ${round}`, epoch - (before.get(id) ?? 0), 1);
  found.expect('rooms of the new owner', await metricOf(other, 'rooms_open'), visits.length);
  for (const { people } of visits) for (const person of people) for (const fault of person.faults) found.fault(fault);
  // One may also have closed because nobody was there any more.
  return (givenUp.length < visits.length ? seenAt : Math.max(...givenUp)) - wokeAt;
}

/** When a process has given up each of its rooms, by its own log: how soon a busy one answers somebody else's question is another matter. */
function givenUpSince({ output }: TestNode, from: number): number[] {
  const lines = output()
    .split('\n')
    .filter((line) => line.includes('"room given up'));
  return lines.map((line) => (JSON.parse(line) as { time: number }).time).filter((time) => time >= from);
}
