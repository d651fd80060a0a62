/** Sockets that are never read: each is cut when too much waits for it, and the others notice nothing. */
import { setTimeout as sleep } from 'node:timers/promises';
import { residentBytes } from '#bench/processes.ts';
import type { Rig } from './rig.ts';
import type { RoomPerson } from './room-person.ts';
import { leaveAll, makeVisit, ROOM_ENV, type RoomVisit } from './room-visits.ts';
import { type Findings, inLanes, type Row } from './row.ts';

/** As long as a message may be. */
const TEXT = '问'.repeat(4_000);
const WRITERS = 4;
const ROOM_SEATS = 28;
const PONG_MS = 500;
/** Between two messages of one writer. */
const WRITE_MS = 100;

interface Writing {
  rig: Rig;
  writers: readonly RoomPerson[];
  pauseMs: number;
  found: Findings;
  /** By how much the process was larger than while everybody read, in MB. */
  grown: () => number;
}

interface RawSocket {
  send(text: string): void;
  pause(): void;
  resume(): void;
}

/**
 * Reads nothing from now on; says all the same that it lives, or it would be taken for gone. Once it is cut it stays away: coming back is
 * reading.
 * @returns ends that
 */
function stopReading(person: RoomPerson): () => void {
  const { socket } = person;
  if (!socket) throw new Error('nobody is there who could stop reading');
  const engine = socket.io.engine as unknown as { transport: { ws: RawSocket }; _pingTimeoutTimer: ReturnType<typeof setTimeout> };
  const raw = engine.transport.ws;
  raw.pause();
  // It would close by itself for want of pings, and come back as one that reads.
  clearTimeout(engine._pingTimeoutTimer);
  socket.once('disconnect', () => person.close());
  const timer = setInterval(() => raw.send('3'), PONG_MS);
  return () => {
    clearInterval(timer);
    raw.resume();
  };
}

const p99 = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1] ?? 0;

export const neverReading: Row = {
  id: 'C3 never-reader',
  what: 'people stay in their rooms and never read, while others write messages of 4,000 characters',
  goal: 'each of them is cut, the process does not grow by more than what may wait for them, the others are answered as before',
  short: { rounds: 1, clients: 4, ms: 0 },
  full: { rounds: 1, clients: 50, ms: 600_000 },
  limits: { 'growth MB': 50, 'p99 of the others, percent of before': 120 },
  rig: { env: { ...ROOM_ENV, ROOM_MAX_PEERS: '64' } },
  twin: { sources: ['no-cap'], size: { rounds: 1, clients: 8, ms: 0 } },
  async play(rig, size, found) {
    const visits: RoomVisit[] = [];
    const silent: RoomPerson[] = [];
    const ends: (() => void)[] = [];
    try {
      for (let left = size.clients; left > 0; left -= ROOM_SEATS) {
        const readers = Math.min(left, ROOM_SEATS);
        const roles = [
          ...Array.from({ length: WRITERS }, () => 'patient' as const),
          ...Array.from({ length: readers }, () => 'observer' as const),
        ];
        const visit = await makeVisit(rig, 0, { roles });
        visits.push(visit);
        // All over one process, whose memory is looked at.
        for (const person of visit.people) await person.come(rig.node(0).url);
        silent.push(...visit.people.slice(WRITERS));
      }
      const writers = visits.flatMap(({ people }) => people.slice(0, WRITERS));
      const pauseMs = size.ms ? WRITE_MS : 5;
      // The first messages pay for code that is compiled.
      await write(writers, 1_000, pauseMs);
      const memory = watchMemory(rig);
      ends.push(memory.end);
      // As long as the play: the old space is collected every few minutes, and of ten minutes the largest moment is larger than of one, whoever reads.
      const before = p99(await write(writers, Math.max(2_000, size.ms ?? 0), pauseMs));
      const most = memory.most();
      for (const person of silent) ends.push(stopReading(person));
      const during = await writeUntilCut({ rig, writers, pauseMs, found, grown: () => memory.most() - most }, silent.length, size.ms ?? 0);
      const grown = memory.most() - most;
      found.expect('sockets that were cut', await cutOn(rig), silent.length);
      if (grown > 80) found.fault(`the process has grown by ${grown} MB`);
      found.figure('growth MB', grown);
      found.figure('p99 of the others before', `${Math.round(before)} ms`);
      found.figure('p99 of the others, percent of before', Math.round((p99(during) / before) * 100));
      for (const person of writers) for (const fault of person.faults) found.fault(fault);
    } finally {
      for (const end of ends) end();
      await leaveAll(rig, visits);
    }
  },
};

const cutOn = async (rig: Rig): Promise<number> => {
  const text = await fetch(`${rig.node(0).url}/metrics`).then((response) => response.text());
  return Number(/^rooms_messages_total\{outcome="cut"\} (\d+)/m.exec(text)?.[1]);
};

/** @returns how large the process was at most since then, in MB */
function watchMemory(rig: Rig): { most(): number; end(): void } {
  const pid = rig.node(0).pid();
  let most = 0;
  const timer = setInterval(() => void (most = Math.max(most, residentBytes(pid))), 100);
  return { most: () => Math.round(most / 1_048_576), end: () => clearInterval(timer) };
}

/** Writes for so long. @returns how long each message took */
async function write(writers: readonly RoomPerson[], ms: number, pauseMs: number): Promise<number[]> {
  const times: number[] = [];
  const end = performance.now() + ms;
  await inLanes(writers.length, writers.length, async (index) => {
    while (performance.now() < end) {
      const from = performance.now();
      await writers[index]!.say(TEXT);
      times.push(performance.now() - from);
      await sleep(pauseMs);
    }
  });
  return times;
}

/** Until all of them have been cut, and for so long. */
async function writeUntilCut({ rig, writers, pauseMs, found, grown }: Writing, count: number, ms: number): Promise<number[]> {
  const times: number[] = [];
  const from = performance.now();
  const limit = from + Math.max(ms, 60_000);
  while (performance.now() < limit) {
    times.push(...(await write(writers, 1_000, pauseMs)));
    if ((await cutOn(rig)) < count) continue;
    found.figure('last one cut after', `${Math.round(performance.now() - from)} ms`);
    found.figure('growth until then', `${grown()} MB`);
    while (performance.now() < from + ms) times.push(...(await write(writers, 1_000, pauseMs)));
    break;
  }
  return times;
}
