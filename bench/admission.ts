/**
 * P5: rooms are opened until the media server refuses, with their packets flowing at once. Then: how fast does the
 * worker answer its control channel, and was any room placed on it above its limit, or grew beyond it? Without a bare side: mediasoup
 * itself has no limit.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { observer, type types } from 'mediasoup';
import { ANSWER_MS, type Arrivals, answerTimes, FULL_MS, openRoom, TOLERANCE, watchShare } from './forwarding/filling.ts';
import { startMediaServer, usePlainTransports } from './forwarding/ours.ts';
import { conclude, finish, type Goal, type Options, readOptions, type Result, waitForQuiet } from './harness.ts';
import { pin } from './processes.ts';
import { startLoad } from './rtp/load.ts';
import { percentile } from './stats.ts';

const LIMIT = 0.6;
/** What the sanity twin allows. */
const TWIN_LIMIT = 0.75;
const MAX_ROOMS = 120;
/** A worker that lets a room wait for so long is overloaded beyond measuring. */
const OPEN_MS = 30_000;

interface Shape extends Arrivals {
  /** time between arrivals of rooms */
  everyMs: number;
}

interface Figure {
  p99: number;
  placedAt: number[];
  rooms: number;
  share: number;
}

async function fill(shape: Shape, options: Options): Promise<Figure> {
  let worker: types.Worker | undefined;
  observer.once('newworker', (started) => (worker = started));
  const media = await startMediaServer(options.twin ? TWIN_LIMIT : LIMIT);
  if (!worker) throw new Error('no worker');
  pin(worker.pid, 'server');
  const load = await startLoad();
  const watch = watchShare(worker.pid);
  const placedAt: number[] = [];
  let streams = 0;
  let rooms = 0;
  try {
    for (
      let refusedSince = Number.POSITIVE_INFINITY;
      performance.now() - refusedSince < FULL_MS && rooms < MAX_ROOMS;
      await sleep(shape.everyMs)
    ) {
      const share = watch.share();
      const opening = openRoom(media, load, shape, `room-${rooms}`, streams);
      // Given up below, it fails when the worker is stopped.
      opening.catch(() => undefined);
      const added = await Promise.race([opening, sleep(OPEN_MS, 'silent' as const, { ref: false })]);
      if (added === 'silent') return { p99: ANSWER_MS, placedAt: [...placedAt, share], rooms, share: watch.share() };
      if (added === null) {
        refusedSince = Math.min(refusedSince, performance.now());
        continue;
      }
      refusedSince = Number.POSITIVE_INFINITY;
      placedAt.push(share);
      streams += added;
      rooms++;
    }
    const times = await answerTimes(worker, options.seconds);
    return { p99: percentile(times, 0.99), placedAt, rooms, share: watch.share() };
  } finally {
    watch.stop();
    await load.stop();
    await media.close();
  }
}

async function judge(goal: Pick<Goal, 'id' | 'what' | 'atMost'>, shape: Shape, options: Options): Promise<Result> {
  console.log(`${goal.id}: ${goal.what}`);
  const figures: Figure[] = [];
  while (figures.length < options.pairs) {
    await waitForQuiet(options.quick ? 1 : 60);
    const figure = await fill(shape, options);
    figures.push(figure);
    console.log(`  full with ${figure.rooms} rooms at ${Math.round(figure.share * 100)} % of a core; p99 ${figure.p99.toFixed(1)} ms`);
  }
  const fullest = Math.max(...figures.map(({ share }) => share));
  const highest = Math.max(...figures.flatMap(({ placedAt }) => placedAt));
  return conclude(
    { ...goal, unit: 'ms', compare: 'value' },
    figures.map(({ p99 }) => ({ bare: Number.NaN, ours: p99 })),
    options,
    [
      {
        text: `no room was placed above ${LIMIT * 100} % of a core (highest: ${Math.round(highest * 100)} %)`,
        holds: highest <= LIMIT + TOLERANCE,
      },
      {
        text: `a full worker stays within ${LIMIT * 100} % of a core (highest: ${Math.round(fullest * 100)} %)`,
        holds: fullest <= LIMIT + TOLERANCE,
      },
    ],
  );
}

const options = readOptions({ pairs: 3, seconds: 10 });
usePlainTransports();
pin(process.pid, 'server');
finish([
  await judge(
    { id: 'P5a', what: 'control answer p99, worker filled to its limit with rooms of five', atMost: 25 },
    { senders: 5, viewers: 0, everyMs: 500 },
    options,
  ),
  await judge(
    { id: 'P5b', what: 'control answer p99, worker filled to its limit with broadcasts to 100', atMost: 120 },
    { senders: 1, viewers: 100, everyMs: 2_000 },
    options,
  ),
]);
process.exit();
