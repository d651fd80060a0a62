/**
 * 1,000 joins and leaves over real sockets, half of them polite and half by a cut connection: afterwards the worker's
 * transports, Node's heap and the open files are back where they were. `--pairs` is the number of joins in hundreds.
 */
import { until } from '#tests/support/wait.ts';
import { finish, type Condition, conclude, readOptions } from './harness.ts';
import { openFiles } from './processes.ts';
import { announceTracks, takeSeat } from './seat.ts';
import { type Site, startSite } from './server.ts';

/** At the same time. The server lets a session hold 8 sockets, and those just cut may still count. */
const VISITS = 4;
const WARM_UP_JOINS = 200;
const GONE_MS = 30_000;
/** Growth of the heap that counts as noise: code that was compiled later, caches that filled up. */
const HEAP_NOISE = 0.1;
const FILES_NOISE = 4;

interface Held {
  transports: number;
  rooms: number;
  heap: number;
  serverFiles: number;
  workerFiles: number;
}

async function held(site: Site): Promise<Held> {
  const workerFiles = site.workerPids.reduce((sum, pid) => sum + openFiles(pid), 0);
  return {
    transports: await site.metric('media_worker_transports'),
    rooms: await site.metric('rooms_open'),
    heap: (await site.memory()).heapUsed,
    serverFiles: openFiles(site.serverPid),
    workerFiles,
  };
}

/** Both people come into each visit, see each other's tracks and go. */
async function round(site: Site, visits: readonly string[], polite: boolean): Promise<number> {
  await Promise.all(
    visits.map(async (visit) => {
      const seats = [await takeSeat(site.url, site.doctor.token, visit), await takeSeat(site.url, site.patient.token, visit)];
      for (const seat of seats) await announceTracks(seat);
      for (const seat of seats) await (polite ? seat.leave() : seat.vanish());
    }),
  );
  return visits.length * 2;
}

async function joins(site: Site, visits: readonly string[], count: number): Promise<void> {
  let done = 0;
  for (let index = 0; done < count; index++) done += await round(site, visits, index % 2 === 0);
  await until(
    'every room to close',
    async () => (await site.metric('rooms_open')) === 0 && (await site.metric('media_worker_transports')) === 0,
    GONE_MS,
    200,
  );
}

const options = readOptions({ pairs: 10, seconds: 1 });
const site = await startSite({
  ROOM_GRACE_MS: '300',
  ROOM_EMPTY_MS: '300',
  ...(options.twin ? { ROOM_GRACE_MS: '3600000', ROOM_EMPTY_MS: '3600000' } : {}),
});
try {
  const visits = await Promise.all(Array.from({ length: VISITS }, () => site.book()));
  const count = options.pairs * 100;
  if (!options.twin) await joins(site, visits, Math.min(WARM_UP_JOINS, count));
  const before = await held(site);
  await joins(site, visits, count).catch((error: unknown) => console.log(`  ${String(error)}`));
  const after = await held(site);
  console.log(`Held by the server before and after ${count} joins and leaves`);
  for (const name of Object.keys(before) as (keyof Held)[]) console.log(`  ${name.padEnd(12)} ${before[name]} → ${after[name]}`);
  const conditions: Condition[] = [
    { text: 'every transport and room is gone', holds: after.transports === before.transports && after.rooms === before.rooms },
    { text: 'no file is left open', holds: after.serverFiles + after.workerFiles <= before.serverFiles + before.workerFiles + FILES_NOISE },
  ];
  const goal = {
    id: 'leak',
    what: `Node's heap after ${count} joins and leaves, against before`,
    unit: 'MB',
    compare: 'ratio',
    atMost: 1 + HEAP_NOISE,
  } as const;
  finish([conclude(goal, [{ bare: before.heap / 1e6, ours: after.heap / 1e6 }], options, conditions)]);
} finally {
  await site.close();
}
