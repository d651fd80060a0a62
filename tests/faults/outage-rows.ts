/** Redis is away: what runs goes on, what is new waits, and soon after all is as before. */
import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '#tests/support/wait.ts';
import { type CallPages, openPages } from './call-pages.ts';
import { type Call, FAR, GUEST, leaveCalls, makeTwoCalls, NEAR, silencesIn, watchConnections } from './calls.ts';
import { type Rig, send } from './rig.ts';
import { RoomPerson } from './room-person.ts';
import { epochsOf, makeVisit, planVisit, ROOM_ENV, spread } from './room-visits.ts';
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

/** Two pages of Chromium in one call, one over each process, where the play is large enough. */
async function openOver(rig: Rig, { id, persons }: Call, { clients }: Size): Promise<CallPages | null> {
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

/** What happens in a call while its process cannot tell the other one. */
interface Change {
  call: Call;
  /** Over the process that has the room. */
  comes: RoomPerson;
  /** Over the other one. */
  goes: RoomPerson;
}

async function planChange(call: Call): Promise<Change> {
  const [comes, goes] = call.ways.slice(GUEST).map((way) => new RoomPerson(way)) as [RoomPerson, RoomPerson];
  await goes.come();
  return { call, comes, goes };
}

async function happen({ call, comes, goes }: Change): Promise<void> {
  goes.close();
  await call.people.ask(NEAR, 'hand:raise', { raised: true });
  await comes.come();
}

/** What of it is not known where it has to be. */
async function unknown({ call, comes, goes }: Change): Promise<string[]> {
  const views = await call.people.look();
  const [near, far] = [views[NEAR]!, views[FAR]!];
  const known: Record<string, boolean> = {
    'a hand that was raised': typeof far.peers[near.peerId]?.handRaisedAt === 'number',
    'who came': far.peers[comes.peerId]?.connected === true,
    'the sound of who came': (far.heard[comes.peerId] ?? 0) >= 3,
    'who went': near.peers[goes.peerId]?.connected !== true,
  };
  return Object.keys(known).filter((name) => !known[name]);
}

const unknownOf = async (changes: readonly Change[]): Promise<string[]> => (await Promise.all(changes.map(unknown))).flat();

/** All but the two who are in the call leave, so that it can happen again. */
async function undo({ call, comes }: Change): Promise<void> {
  await call.people.insist(NEAR, 'hand:raise', { raised: false });
  await comes.leave();
  const gone = new RoomPerson(call.ways[GUEST + 1]!);
  await gone.come();
  await gone.leave();
}

/** Whether somebody gets into the room of a new visit over each process, and people of a room reach it over the other one. */
async function works(rig: Rig, calls: readonly Call[]): Promise<void> {
  for (const node of [0, 1]) {
    const visit = await makeVisit(rig, node, { roles: ['practitioner'] });
    await visit.people[0]!.come();
    await visit.people[0]!.leave();
  }
  await Promise.all(calls.map(({ people }) => people.insist(FAR, 'hand:raise', { raised: true })));
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
    const calls = await makeTwoCalls(rig);
    const pages = await openOver(rig, calls[0]!, size);
    const silences: number[] = [];
    const pageSilences: number[] = [];
    const backs: number[] = [];
    let changes: Change[] = [];
    let life = (): number => 0;
    try {
      for (let round = 0; round < size.rounds && !found.failed; round++) {
        const outage = outages[round % outages.length]!;
        const before = await epochsOf(rig, calls);
        changes = [];
        for (const call of calls) changes.push(await planChange(call));
        const lost = await watchConnections(calls, [NEAR]);
        for (const { people } of calls) await people.watch();
        await pages?.watch();
        life = watchLife(rig);
        await outage.begin(rig);
        for (const change of changes) await happen(change);
        await meanwhile(rig, calls, size.ms ?? 0, found);
        await outage.end(rig);
        const from = performance.now();
        // At once, from the other process: the owner has not been back yet, perhaps.
        await Promise.all(calls.map(({ people }) => people.insist(FAR, 'hand:raise', { raised: false })));
        await works(rig, calls);
        await until('everybody to know what happened', async () => (await unknownOf(changes)).length === 0, BACK_MS, 20).catch(
          () => undefined,
        );
        found.expect('what happened and is not known', await unknownOf(changes), []);
        backs.push(performance.now() - from);
        found.expect(`times that a process did not live while Redis was ${outage.name}`, life(), 0);
        silences.push(...(await silencesIn(calls)));
        pageSilences.push(...(await silencesOf(pages, found)));
        found.expect('epochs', [...(await epochsOf(rig, calls))], [...before]);
        // The others may have to come in anew: what they were told while there was no Redis is lost.
        found.expect('people of the process of their room who lost their connection', await lost(), 0);
        if (!found.failed) for (const change of changes) await undo(change);
      }
    } finally {
      life();
      await pages?.close();
      for (const { comes, goes } of changes) for (const person of [comes, goes]) person.close();
      await leaveCalls(rig, calls);
    }
    found.figure('longest silence in a call', `${spread(silences).longest} ms`);
    if (pages) found.figure('longest silence on a page', `${spread(pageSilences).longest} ms`);
    found.figure('as before after', `${spread(backs).longest} ms`);
  },
};

async function meanwhile(rig: Rig, calls: readonly Call[], ms: number, found: Findings): Promise<void> {
  const end = performance.now() + ms;
  const [newcomer] = (await makeVisit(rig, 0, { roles: ['practitioner'] })).people as [RoomPerson];
  newcomer.come().catch(() => undefined);
  const planned = await planVisit(rig);
  for (let turn = 0; turn === 0 || performance.now() < end; turn++) {
    for (const { people } of calls) {
      const asked = people.ask(NEAR, 'chat:send', { text: `${turn}`, clientMessageId: `${end}-${turn}` });
      await asked.catch((error: unknown) => found.fault(`chat of a call that runs: ${String(error)}`));
    }
    const { status, code } = await send(rig.node(turn), 'POST', `/consultations/${planned}/room/close`, { token: rig.doctor.token });
    if (status !== 503) found.fault(`a request about another room was answered with ${status} ${code}`);
    await sleep(Math.min(500, Math.max(0, end - performance.now())));
  }
  if (newcomer.phase !== 'out') found.fault('a room was opened without Redis');
  newcomer.close();
}
