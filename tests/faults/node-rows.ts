/** The owner of rooms is killed: the other process takes them over, with everything that people had in them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '#tests/support/wait.ts';
import type { Rig } from './rig.ts';
import { watchGaps } from './gaps.ts';
import { allCome, allHear, epochsOf, leaveAll, makeVisit, metricOf, ROOM_ENV, type RoomVisit, spread } from './room-visits.ts';
import { createChance, type Findings, type Row, type Size } from './row.ts';

/** Of all visits, so many have sound: each costs this process as much as ten of the others. */
const SOUNDING = 2;
/** Longer than a lease lives: an owner that does not renew has lost its rooms by then. */
const CALM_MS = 6_000;
const BACK_MS = 40_000;
/** Longer than there is between two beats and two renewals: a kill comes anywhere between them. */
const BEAT_MS = 1_400;

/** A doctor inside, a patient who was let in and has a hand up, and somebody who waits. */
export async function gather(rig: Rig, owner: number, index: number): Promise<RoomVisit> {
  const sound = index < SOUNDING;
  const visit = await makeVisit(rig, owner, {
    roles: sound ? ['practitioner', 'patient'] : ['practitioner', 'patient', 'guest'],
    lobby: true,
    sound,
  });
  const [doctor, patient, guest] = visit.people as [RoomVisit['people'][0], RoomVisit['people'][0], RoomVisit['people'][0] | undefined];
  await doctor.come();
  await patient.come();
  await doctor.ask('lobby:admit', { peerId: patient.peerId });
  await until('the patient to be let in', () => patient.phase === 'room');
  await patient.ask('hand:raise', { raised: true });
  await guest?.come();
  return visit;
}

/** What must be as it was, in words that say what is not. */
export function differences({ people }: RoomVisit): string[] {
  const [doctor, patient, guest] = people;
  const roles = [...doctor!.peers.values()].map(({ role }) => role).toSorted();
  const waiting = doctor!.lobby.map(({ id }) => id);
  return [
    ...(roles.join() === 'patient,practitioner' ? [] : [`inside are ${roles.join()}`]),
    ...(doctor!.peers.get(patient!.peerId)?.handRaisedAt ? [] : ['the hand is down']),
    ...(guest?.phase !== 'room' ? [] : ['somebody came in who waited']),
    ...(waiting.join() === (guest ? [guest.peerId] : []).join() ? [] : [`${waiting.length} wait`]),
  ];
}

interface Times {
  owner: number[];
  back: number[];
  sound: number[];
}

export const nodeKilled: Row = {
  id: 'N1 node kill',
  what: 'the process that has all rooms gets kill -9; their people are on both, some wait in lobbies, two visits have sound',
  goal: 'one takeover for each room, chat, roles, lobbies and hands as they were, sound again for everybody',
  short: { rounds: 1, clients: 3 },
  full: { rounds: 20, clients: 20, ms: CALM_MS },
  limits: { 'new owner longest': 8_000, 'sound longest': 12_000 },
  rig: { env: ROOM_ENV },
  twin: { sources: ['never-renew'], size: { rounds: 1, clients: 2, ms: CALM_MS } },
  async play(rig, size, found) {
    const visits: RoomVisit[] = [];
    const chance = createChance(size.seed ?? 1);
    const times: Times = { owner: [], back: [], sound: [] };
    try {
      for (let index = 0; index < size.clients; index++) visits.push(await gather(rig, 0, index));
      for (let round = 0; round < size.rounds && !found.failed; round++)
        await killOwner(rig, { visits, round, size, times, found, chance });
    } finally {
      for (const node of [rig.node(0), rig.node(1)]) if (!node.running()) await node.start();
      await leaveAll(rig, visits);
    }
    const [owner, back, sound] = [spread(times.owner), spread(times.back), spread(times.sound)];
    found.figure('kills', times.owner.length);
    found.figure('new owner p95', `${owner.p95} ms`);
    found.figure('new owner longest', `${owner.longest} ms`);
    found.figure('back in the room p95', `${back.p95} ms`);
    found.figure('back in the room longest', `${back.longest} ms`);
    found.figure('sound p95', `${sound.p95} ms`);
    found.figure('sound longest', `${sound.longest} ms`);
  },
};

interface Killing {
  visits: RoomVisit[];
  round: number;
  size: Size;
  times: Times;
  found: Findings;
  chance: () => number;
}

async function killOwner(rig: Rig, { visits, round, size, times, found, chance }: Killing): Promise<void> {
  const [owner, other] = [rig.node(round), rig.node(round + 1)];
  const everybody = visits.flatMap(({ people }) => people);
  const sounding = visits.slice(0, SOUNDING);
  // The patients reach their rooms through the other process.
  await Promise.all(visits.map(({ people }) => people[1]!.moveTo(other.url)));
  const before = await epochsOf(rig, visits);
  await allHear(sounding);
  if (size.ms) await sleep(size.ms);
  for (const { people } of visits) await Promise.all(people.slice(0, 2).map((person, index) => person.say(`${round} ${index}`)));
  found.expect('rooms of the process that is killed', await metricOf(owner, 'rooms_open'), visits.length);
  found.expect('epochs in quiet times', [...(await epochsOf(rig, visits))], [...before]);
  if (found.failed) return;

  await sleep(chance() * BEAT_MS);
  const gaps = watchGaps(sounding.map(({ people }) => people));
  const killedAt = performance.now();
  await owner.kill();
  const owned = until(
    'the other process to have all rooms',
    async () => (await metricOf(other, 'rooms_open')) === visits.length,
    BACK_MS,
    50,
  );
  owned.then(() => times.owner.push(performance.now() - killedAt)).catch(() => undefined);
  await allCome(everybody, killedAt, BACK_MS);
  times.back.push(...everybody.map(({ cameAt }) => cameAt - killedAt));
  await allHear(sounding);
  times.sound.push(...gaps().map(({ ms }) => ms));
  await owned;

  await until('rooms to be as they were', () => visits.every((visit) => differences(visit).length === 0), 5_000).catch(() => undefined);
  for (const visit of visits) for (const difference of differences(visit)) found.fault(`round ${round}: ${difference}`);
  const after = await epochsOf(rig, visits);
  for (const [id, epoch] of after) found.expect(`takeovers of a room in round ${round}`, epoch - (before.get(id) ?? 0), 1);
  await Promise.all(visits.flatMap(({ people }) => people.slice(0, 2).map((person) => person.readAll())));
  const said = Array.from({ length: round + 1 }, (_, index) => [`${index} 0`, `${index} 1`])
    .flat()
    .toSorted();
  for (const { people } of visits) {
    for (const person of people.slice(0, 2)) {
      found.expect('chat', [...person.chat.values()].map(({ text }) => text).toSorted(), said);
      for (const fault of person.faults) found.fault(fault);
    }
  }
  await owner.start();
}
