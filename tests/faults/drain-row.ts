/** The owner of rooms stops in order, under load; in every other round without Redis. */
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '#tests/support/wait.ts';
import { differences, gather } from './node-rows.ts';
import type { Rig } from './rig.ts';
import { allHear, epochsOf, leaveAll, metricOf, ROOM_ENV, type RoomVisit, spread } from './room-visits.ts';
import type { Findings, Row } from './row.ts';

const BACK_MS = 40_000;
const SOUNDING = 2;
/** Requests at once to the process that stops, while it is stopping. */
const CLIENTS = 8;
/** Longer than there is between two reports of a process. */
const ACQUAINTED_MS = 2_000;
/** What a balancer needs to notice that a process is not ready. */
const NOTICE_MS = 500;

interface Times {
  moved: number[];
  exit: number[];
}

/** Asks a process all the time, until it says that it is not ready and a balancer would have noticed. @returns how often it did not answer */
async function ask(url: string): Promise<{ asked: number; failed: number }> {
  const counts = { asked: 0, failed: 0 };
  let end = Infinity;
  const watch = async (): Promise<void> => {
    while (end === Infinity) {
      const ready = await fetch(`${url}/health/ready`).then(
        ({ status }) => status,
        () => 0,
      );
      if (ready !== 200) end = performance.now() + NOTICE_MS;
      else await sleep(20);
    }
  };
  const client = async (): Promise<void> => {
    while (performance.now() < end) {
      counts.asked++;
      const ok = await fetch(`${url}/api/v1/clinic`).then(
        (response) => response.text().then(() => response.ok),
        () => false,
      );
      if (!ok) counts.failed++;
    }
  };
  await Promise.all([watch(), ...Array.from({ length: CLIENTS }, client)]);
  return counts;
}

export const drained: Row = {
  id: 'N4 drain',
  what: 'the process that has all rooms gets SIGTERM while it answers requests; their people are on both; every other round both have lost Redis by then',
  goal: 'no request is lost, rooms go over at once with one takeover each and everything in them, the process ends in time whatever is away',
  short: null,
  full: { rounds: 6, clients: 12 },
  limits: { 'rooms moved longest': 15_000, 'exit longest': 30_000 },
  rig: { env: ROOM_ENV, gates: true },
  twin: { sources: ['keep-rooms'], size: { rounds: 1, clients: 2 } },
  async play(rig, size, found) {
    const visits: RoomVisit[] = [];
    const times: Times = { moved: [], exit: [] };
    let requests = 0;
    try {
      for (let index = 0; index < size.clients; index++) visits.push(await gather(rig, 0, index));
      for (let round = 0; round < size.rounds && !found.failed; round++) requests += await stopOwner(rig, { visits, round, times, found });
    } finally {
      await leaveAll(rig, visits);
    }
    found.figure('stops', times.exit.length);
    found.figure('requests meanwhile', requests);
    found.figure('rooms moved longest', `${spread(times.moved).longest} ms`);
    found.figure('exit longest', `${spread(times.exit).longest} ms`);
  },
};

interface Stopping {
  visits: RoomVisit[];
  round: number;
  times: Times;
  found: Findings;
}

async function stopOwner(rig: Rig, { visits, round, times, found }: Stopping): Promise<number> {
  const [owner, other] = [rig.node(round), rig.node(round + 1)];
  const everybody = visits.flatMap(({ people }) => people);
  const sounding = visits.slice(0, SOUNDING);
  const withRedis = round % 2 === 0;
  await Promise.all(visits.map(({ people }) => people[1]!.moveTo(other.url)));
  await allHear(sounding);
  // Processes know of each other by then, the one that was started last too.
  await sleep(ACQUAINTED_MS);
  const before = await epochsOf(rig, visits);
  if (!withRedis) for (const index of [0, 1]) rig.network(index).redis.cut();

  const from = performance.now();
  const asking = ask(owner.url);
  const exit = owner.stop();
  const moved = until(
    'the other process to have all rooms',
    async () => (await metricOf(other, 'rooms_open')) === visits.length,
    BACK_MS,
    20,
  );
  moved.then(() => withRedis && times.moved.push(performance.now() - from)).catch(() => undefined);
  const leftHere = moved.then(() => metricOf(owner, 'rooms_open')).catch(() => null);
  found.expect('the status of the process', await exit, 0);
  times.exit.push(performance.now() - from);
  // Handed over while it served, not found by the other one when it had ended.
  if (withRedis) found.expect('rooms of the process, which still answers, when the other one has all', await leftHere, 0);
  // Before anybody could have opened them by coming back.
  if (withRedis) found.expect('rooms elsewhere when the process has ended', await metricOf(other, 'rooms_open'), visits.length);
  if (found.failed) return 0;
  const { asked, failed } = await asking;
  found.expect('requests that were lost', failed, 0);
  if (!withRedis) for (const index of [0, 1]) rig.network(index).redis.open();

  await moved;
  await until('everybody to come back', () => everybody.every(({ cameAt, phase }) => cameAt > from && phase !== 'out'), BACK_MS, 10);
  await allHear(sounding);
  await until('rooms to be as they were', () => visits.every((visit) => differences(visit).length === 0), 5_000).catch(() => undefined);
  for (const visit of visits) for (const difference of differences(visit)) found.fault(`round ${round}: ${difference}`);
  for (const [id, epoch] of await epochsOf(rig, visits))
    found.expect(`takeovers of a room in round ${round}`, epoch - (before.get(id) ?? 0), 1);
  for (const person of everybody) for (const fault of person.faults) found.fault(fault);
  await owner.start();
  return asked;
}
