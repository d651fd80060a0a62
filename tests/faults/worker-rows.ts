/** A media worker is killed, or stands still: everybody in its room sees and hears again by themselves, and the other room notices nothing. */
import { until } from '#tests/support/wait.ts';
import { type CallPages, openPages, serveFirst } from './call-pages.ts';
import { type PeopleApart, peopleApart } from './people-process.ts';
import type { Rig } from './rig.ts';
import { watchGaps } from './gaps.ts';
import { allHear, leaveAll, makeVisit, planRoom, ROOM_ENV, type RoomVisit, spread } from './room-visits.ts';
import type { Findings, Row, Size } from './row.ts';

const ROLES = ['practitioner', 'patient', 'guest', 'guest'] as const;
/** In the room of the worker that breaks. */
const PAGES = 2;
const BACK_MS = 30_000;

interface Stage {
  rig: Rig;
  pages: CallPages | null;
  /** In its worker, that of the pages. */
  disturbed: RoomVisit;
  undisturbed: PeopleApart;
}

/** One figure of each media worker, by its pid. */
async function figuresOfWorkers(rig: Rig, name: 'rooms' | 'consumers'): Promise<Map<number, number>> {
  const text = await fetch(`${rig.node(0).url}/metrics`).then((response) => response.text());
  const samples = text.matchAll(new RegExp(`^media_worker_${name}\\{pid="(\\d+)"\\} (\\d+)`, 'gm'));
  return new Map([...samples].map(([, pid, value]) => [Number(pid), Number(value)]));
}

/** @param count of those who are there on werift */
async function openRoom(rig: Rig, count: number): Promise<RoomVisit> {
  const visit = await makeVisit(rig, 0, { roles: ROLES, sound: true });
  visit.people.splice(count);
  for (const person of visit.people) await person.come(rig.node(0).url);
  return visit;
}

async function openOtherRoom(rig: Rig): Promise<PeopleApart> {
  const { ways } = await planRoom(rig, 0, { roles: ROLES, sound: true });
  return peopleApart(ways, rig.node(0).url);
}

async function openStage(rig: Rig, pages: number): Promise<Stage> {
  const disturbed = await openRoom(rig, pages > 0 ? ROLES.length - pages : ROLES.length - 1);
  const undisturbed = await openOtherRoom(rig);
  const onPages = disturbed.persons.slice(-pages).map((person) => ({ ...person, origin: rig.node(0).url }));
  const watching = pages > 0 ? await openPages(disturbed.id, onPages) : null;
  await watching?.move();
  return { rig, pages: watching, disturbed, undisturbed };
}

/** Ends a media worker in one of two ways. */
type Break = 'SIGKILL' | 'SIGSTOP';

interface Silences {
  disturbed: number[];
  undisturbed: number[];
  /** From the signal until the process is gone. */
  found: number[];
}

async function breakWorker(stage: Stage, signal: Break, found: Findings): Promise<Silences> {
  const { rig, disturbed, pages } = stage;
  await Promise.all([allHear([disturbed]), stage.undisturbed.allHear()]);
  // Both rooms are on one worker after a round; the other one is made anew, and placed on the worker that has none.
  if ([...(await figuresOfWorkers(rig, 'rooms')).values()].some((rooms) => rooms > 1)) {
    await stage.undisturbed.leave();
    await until('a worker without rooms', async () => [...(await figuresOfWorkers(rig, 'rooms')).values()].includes(0));
    stage.undisturbed = await openOtherRoom(rig);
    await stage.undisturbed.allHear();
  }
  const restarts = disturbed.people.map((person) => person.restarts);
  const others = await stage.undisturbed.restarts();
  await stage.undisturbed.watch();
  const watched = watchGaps([disturbed.people]);
  await pages?.watch();
  const before = await rig.node(0).workers();
  const victim = await workerOf(stage);
  const from = performance.now();
  process.kill(victim, signal);
  const gone = until('the worker to be gone', async () => !(await rig.node(0).workers()).includes(victim), BACK_MS, 10);
  const after = gone.then(() => performance.now() - from).catch(() => BACK_MS);
  const again = () => disturbed.people.every((person, index) => person.restarts > restarts[index]!);
  await until('media to be made anew', again, BACK_MS, 10).catch((error: unknown) => found.fault(String(error)));
  await allHear([disturbed], BACK_MS).catch((error: unknown) => found.fault(String(error)));
  await pages?.move(BACK_MS).catch((error: unknown) => found.fault(String(error)));
  const [gaps, otherGaps] = [watched(), await stage.undisturbed.gaps()];
  const silences = (await pages?.silences()) ?? [];
  found.expect('pages that were loaded again', (await pages?.reloads()) ?? 0, 0);
  if ((await stage.undisturbed.restarts()) !== others) found.fault('the room of the other worker was disturbed');
  await until(
    'a worker in its place',
    async () => (await rig.node(0).workers()).filter((pid) => !before.includes(pid)).length === 1,
    BACK_MS,
  ).catch((error: unknown) => found.fault(String(error)));
  return { disturbed: [...gaps.map(({ ms }) => ms), ...silences], undisturbed: otherGaps.map(({ ms }) => ms), found: [await after] };
}

/** The worker of the room that is to be disturbed: its pages have pictures as well; without pages it has one person less. */
async function workerOf({ rig, pages }: Stage): Promise<number> {
  const consumers = [...(await figuresOfWorkers(rig, 'consumers'))].toSorted(([, one], [, other]) => one - other);
  return (pages ? consumers.at(-1) : consumers[0])![0];
}

async function play(rig: Rig, size: Size, found: Findings, signal: Break): Promise<void> {
  const stage = await openStage(rig, size.clients > 4 ? PAGES : 0);
  const serveAsBefore = serveFirst();
  const all: Silences = { disturbed: [], undisturbed: [], found: [] };
  try {
    for (let round = 0; round < size.rounds && !found.failed; round++) {
      const silences = await breakWorker(stage, signal, found);
      for (const name of ['disturbed', 'undisturbed', 'found'] as const) all[name].push(...silences[name]);
    }
  } finally {
    serveAsBefore();
    await stage.pages?.close();
    await Promise.all([stage.undisturbed.leave(), leaveAll(rig, [stage.disturbed])]);
  }
  const { p95, longest } = spread(all.disturbed);
  found.figure('silences', all.disturbed.length);
  found.figure('silence p95', `${p95} ms`);
  found.figure('silence longest', `${longest} ms`);
  found.figure('worker gone after', `${spread(all.found).longest} ms`);
  found.figure('in the other room', `${spread(all.undisturbed).longest} ms`);
}

const common = { rig: { env: { ...ROOM_ENV, MEDIA_WORKERS: '2' } } };

export const workerKilled: Row = {
  ...common,
  id: 'M1 worker kill',
  what: 'one of two media workers gets kill -9; in its room are two Chromium pages and two people on werift, in the other four',
  goal: 'everybody hears again without a reload, and sees; the room of the other worker is not disturbed',
  short: { rounds: 1, clients: 4 },
  full: { rounds: 20, clients: 8 },
  limits: { 'silence p95': 2_000, 'silence longest': 4_000, 'in the other room': 200 },
  twin: { sources: ['no-restart'], size: { rounds: 1, clients: 4 } },
  play: (rig, size, found) => play(rig, size, found, 'SIGKILL'),
};

export const workerFrozen: Row = {
  ...common,
  id: 'M2 worker freeze',
  what: 'one of two media workers stands still (SIGSTOP), with the same people',
  goal: 'it is found and killed, everybody hears again without a reload, and sees; the other room is not disturbed',
  short: null,
  full: { rounds: 5, clients: 8 },
  limits: { 'worker gone after': 3_000, 'silence longest': 6_000, 'in the other room': 200 },
  twin: { sources: ['no-probe'], size: { rounds: 1, clients: 4 } },
  play: (rig, size, found) => play(rig, size, found, 'SIGSTOP'),
};
