/** Chat under everything that breaks: what was acknowledged is stored once, in order, and everybody has seen it once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { QueryTypes } from 'sequelize';
import type { Rig } from './rig.ts';
import type { RoomPerson } from './room-person.ts';
import { leaveAll, makeVisit, ROOM_ENV, type RoomVisit } from './room-visits.ts';
import { createChance, type Findings, inLanes, type Row } from './row.ts';

const ROOMS = 4;
/** Between two cuts, kills and wipes, in ms. */
const CUT_MS = 300;
const KILL_MS = 15_000;
const WIPE_MS = 25_000;

interface Said {
  sender: RoomPerson;
  /** Numbers under which messages were acknowledged, in the order in which they were sent. */
  numbers: number[];
}

const idOf = (index: number, message: number): string => `${index}-${message}`;

export const chatting: Row = {
  id: 'C1 chat',
  what: 'people write as fast as they are answered, while connections are cut, processes get kill -9 and Redis gets it as well and comes back empty',
  goal: 'acknowledged = stored = seen, once; numbers without gaps; what one person wrote stands in the order in which it was written',
  short: { rounds: 200, clients: 8, ms: 0 },
  full: { rounds: 10_000, clients: 24, ms: KILL_MS },
  rig: { env: ROOM_ENV },
  twin: { sources: ['no-dedupe'], indexes: ['messages'], size: { rounds: 300, clients: 8, ms: 4_000 } },
  async play(rig, size, found) {
    const visits: RoomVisit[] = [];
    const roles = ['practitioner', ...Array.from({ length: Math.ceil(size.clients / ROOMS) - 1 }, () => 'patient' as const)] as const;
    const counts = { cuts: 0, kills: 0, wipes: 0 };
    let writing = true;
    const chance = createChance(size.seed ?? 1);
    try {
      for (let index = 0; index < ROOMS; index++) {
        const visit = await makeVisit(rig, index, { roles });
        visits.push(visit);
        for (const person of visit.people) await person.come();
      }
      const people = visits.flatMap((visit) => visit.people);
      const started = performance.now();
      const breaking = [
        cut(people, counts, () => writing, chance),
        kill(rig, counts, size.ms ?? 0, () => writing, chance),
        wipe(rig, counts, size.ms ?? 0, () => writing, chance),
      ];
      const said = await Promise.all(people.map((sender, index) => write(sender, index, size.rounds, found)));
      const seconds = (performance.now() - started) / 1_000;
      writing = false;
      await Promise.all(breaking);
      for (const visit of visits) await judge(rig, visit, said, found);
      found.figure('messages', people.length * size.rounds);
      for (const [name, count] of Object.entries(counts)) found.figure(name, count);
      found.figure('messages a second', Math.round((people.length * size.rounds) / seconds));
    } finally {
      writing = false;
      await leaveAll(rig, visits);
    }
  },
};

/** One after the other, each until it is acknowledged. */
async function write(sender: RoomPerson, index: number, count: number, found: Findings): Promise<Said> {
  const numbers: number[] = [];
  for (let message = 0; message < count && !found.failed; message++) {
    const from = performance.now();
    numbers.push(await sender.say(`${index} ${message}`, idOf(index, message)));
    found.took(performance.now() - from);
  }
  return { sender, numbers };
}

type Going = () => boolean;
type Chance = () => number;

async function cut(people: readonly RoomPerson[], counts: { cuts: number }, going: Going, chance: Chance): Promise<void> {
  while (going()) {
    await sleep(CUT_MS * (0.5 + chance()));
    people[Math.floor(chance() * people.length)]?.cut();
    counts.cuts++;
  }
}

/** One process after the other; in a short play once. */
async function kill(rig: Rig, counts: { kills: number }, everyMs: number, going: Going, chance: Chance): Promise<void> {
  await pause(everyMs || CUT_MS, going);
  do {
    const node = rig.node(counts.kills++);
    await node.kill();
    await node.start();
    await pause(everyMs * (0.5 + chance()), going);
  } while (going() && everyMs > 0);
}

async function wipe(rig: Rig, counts: { wipes: number }, everyMs: number, going: Going, chance: Chance): Promise<void> {
  await pause(everyMs ? everyMs * 0.7 : CUT_MS * 2, going);
  do {
    await rig.redis.kill();
    await sleep(200);
    await rig.redis.resume();
    counts.wipes++;
    await pause(everyMs && WIPE_MS * (0.5 + chance()), going);
  } while (going() && everyMs > 0);
}

async function pause(ms: number, going: Going): Promise<void> {
  const end = performance.now() + ms;
  while (going() && performance.now() < end) await sleep(Math.min(100, ms));
}

async function judge(rig: Rig, visit: RoomVisit, everybody: readonly Said[], found: Findings): Promise<void> {
  const sql = 'SELECT seq, client_message_id AS id FROM chat_messages WHERE consultation_id = ? ORDER BY seq';
  const stored = await rig.desk.database.sequelize.query<{ seq: number; id: string }>(sql, {
    type: QueryTypes.SELECT,
    replacements: [visit.id],
  });
  const said = everybody
    .map(({ numbers, sender }, index) => ({ numbers, sender, index }))
    .filter(({ sender }) => visit.people.includes(sender));
  found.expect(
    'messages stored',
    stored.length,
    said.reduce((sum, { numbers }) => sum + numbers.length, 0),
  );
  found.expect('messages stored twice', stored.length - new Set(stored.map(({ id }) => id)).size, 0);
  found.expect('gaps in the numbers', stored.filter(({ seq }, index) => seq !== index + 1).length, 0);
  const numberOf = new Map(stored.map(({ seq, id }) => [id, seq]));
  for (const { numbers, index } of said) {
    const others = numbers.filter((number, message) => numberOf.get(idOf(index, message)) !== number);
    found.expect('messages acknowledged under another number than stored', others.length, 0);
    found.expect(
      'messages out of their order',
      numbers.filter((number, message) => message > 0 && number <= numbers[message - 1]!).length,
      0,
    );
  }
  await inLanes(visit.people.length, 4, async (index) => {
    const reader = visit.people[index]!;
    await reader.readAll();
    found.expect('messages seen', reader.chat.size, stored.length);
    found.expect('messages seen as others', stored.filter(({ seq, id }) => reader.chat.get(seq)?.clientMessageId !== id).length, 0);
    for (const fault of reader.faults) found.fault(fault);
  });
}
