/**
 * P5c, P5d: one broadcast grows while small rooms come beside it, on two workers whose only limit is the processor time that they were measured at.
 * The broadcast has to go on on the other worker before its first one is at the limit, no room may be placed on a worker above it, and when
 * both are full they still answer. Without a bare side: mediasoup itself has no limit.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { observer, type types } from 'mediasoup';
import type { MediaServer } from '#sfu/index.ts';
import { addViewer, answerTimes, FULL_MS, openRoom, TOLERANCE, watchShare } from './forwarding/filling.ts';
import { sendCamera, startMediaServer, usePlainTransports } from './forwarding/ours.ts';
import { receiverCapabilities } from './forwarding/plain.ts';
import { type Condition, conclude, finish, type Options, readOptions, waitForQuiet } from './harness.ts';
import { pin } from './processes.ts';
import { startLoad } from './rtp/load.ts';
import { percentile } from './stats.ts';

const WORKERS = 2;
/** Both workers at it, with Node beside them on the same core: the limit must be what stops the broadcast, not the machine. */
const LIMIT = 0.25;
/** What the sanity twin allows. */
const TWIN_LIMIT = 0.45;
/** Slow enough for the measured time to decide, not what placement reckons for those who have just come. */
const EVERY_MS = 150;
/** Share of the limit that the first worker is used up to, at least, before the broadcast goes on. */
const USED = 0.5;
/** So many viewers come between two small rooms. */
const BETWEEN_ROOMS = 25;
const SMALL_ROOM = { senders: 2, viewers: 0 };
const MAX_VIEWERS = 2_000;
const DELIVERED = 0.99;
const SETTLE_MS = 2_000;

interface Figure {
  /** Share of a core of the broadcast's first worker when the broadcast went on on the other one. */
  wentOnAt: number;
  /** Shares of the workers that small rooms were placed on, just before. */
  placedAt: number[];
  /** Highest share of a worker when nothing more was let in. */
  fullest: number;
  viewers: number;
  /** Share of the broadcast's and the rooms' packets that arrived. */
  delivered: number;
  p99: number;
}

const share = (value: number): string => `${Math.round(value * 100)} %`;

/** Rooms on all workers, a room once for each that it is on. */
const hosted = (media: MediaServer): number => media.workers().reduce((sum, { rooms }) => sum + rooms, 0);

/** Places a small room. @returns the worker's index, or null when none takes it */
async function placeRoom(media: MediaServer, place: () => Promise<number | null>): Promise<{ worker: number; streams: number } | null> {
  const before = media.workers().map(({ rooms }) => rooms);
  const streams = await place();
  if (streams === null) return null;
  return { worker: media.workers().findIndex(({ rooms }, index) => rooms > (before[index] ?? 0)), streams };
}

async function grow(options: Options): Promise<Figure> {
  const workers: types.Worker[] = [];
  const seen = (worker: types.Worker): void => void workers.push(worker);
  observer.on('newworker', seen);
  const media = await startMediaServer(options.twin ? TWIN_LIMIT : LIMIT, WORKERS);
  observer.off('newworker', seen);
  const load = await startLoad();
  const watches = workers.map(({ pid }) => watchShare(pid));
  const shares = (): number[] => media.workers().map(({ pid }) => watches[workers.findIndex((worker) => worker.pid === pid)]?.share() ?? 0);
  try {
    const room = await media.openRoom('broadcast');
    const home = media.workers().findIndex(({ rooms }) => rooms > 0);
    const host = await room.addPeer({ peerId: 'host', rtpCapabilities: receiverCapabilities, canSend: true, audioOnly: false });
    load.add([await sendCamera(host, 0)]);
    const placedAt: number[] = [];
    let [viewers, arrivals, streams, wentOnAt] = [0, 0, 1, Number.NaN];
    let received = 0;
    for (
      let refusedSince = Number.POSITIVE_INFINITY;
      performance.now() - refusedSince < FULL_MS && viewers < MAX_VIEWERS;
      await sleep(EVERY_MS)
    ) {
      const before = shares();
      if (++arrivals % BETWEEN_ROOMS === 0) {
        const placed = await placeRoom(media, () => openRoom(media, load, SMALL_ROOM, `room-${streams}`, streams));
        if (placed) {
          placedAt.push(before[placed.worker] ?? 1);
          streams += placed.streams;
          received += placed.streams * (placed.streams - 1);
        }
        continue;
      }
      const known = hosted(media);
      if (await addViewer(room, viewers)) viewers++;
      else refusedSince = Math.min(refusedSince, performance.now());
      // Somewhere it was not before: only the first time counts.
      if (hosted(media) > known && Number.isNaN(wentOnAt)) wentOnAt = before[home] ?? 1;
    }
    await sleep(SETTLE_MS);
    const from = await load.read();
    const times = await Promise.all(workers.map((worker) => answerTimes(worker, options.seconds)));
    const to = await load.read();
    const expected = ((to.sent - from.sent) / streams) * (viewers + received);
    const fullest = Math.max(...shares());
    return {
      ...{ wentOnAt, placedAt, fullest, viewers },
      delivered: (to.arrived - from.arrived) / expected,
      p99: percentile(times.flat(), 0.99),
    };
  } finally {
    for (const watch of watches) watch.stop();
    await load.stop();
    await media.close();
  }
}

function conditions(figures: readonly Figure[]): Condition[] {
  const highest = Math.max(...figures.flatMap(({ placedAt }) => placedAt));
  const fullest = Math.max(...figures.map((figure) => figure.fullest));
  const soonest = Math.min(...figures.map(({ wentOnAt }) => wentOnAt));
  const worst = Math.min(...figures.map(({ delivered }) => delivered));
  return [
    { text: `no room was placed above ${share(LIMIT)} of a core (highest: ${share(highest)})`, holds: highest <= LIMIT + TOLERANCE },
    { text: `full workers stay within ${share(LIMIT)} of a core (highest: ${share(fullest)})`, holds: fullest <= LIMIT + TOLERANCE },
    { text: `at least ${share(DELIVERED)} of the packets arrived (worst: ${(worst * 100).toFixed(1)} %)`, holds: worst >= DELIVERED },
    { text: `the first worker was used to ${share(LIMIT * USED)} at least (lowest: ${share(soonest)})`, holds: soonest >= LIMIT * USED },
  ];
}

const options = readOptions({ pairs: 3, seconds: 10 });
usePlainTransports();
pin(process.pid, 'server');
console.log(`P5c, P5d: one broadcast and small rooms on ${WORKERS} workers, ${share(LIMIT)} of a core each`);
const figures: Figure[] = [];
while (figures.length < options.pairs) {
  await waitForQuiet(options.quick ? 1 : 60);
  const figure = await grow(options);
  figures.push(figure);
  const { wentOnAt, placedAt, fullest, viewers, delivered, p99 } = figure;
  console.log(
    `  went on at ${share(wentOnAt)}; full with ${viewers} viewers and ${placedAt.length} rooms at ${share(fullest)}; p99 ${p99.toFixed(1)} ms, ${(delivered * 100).toFixed(1)} % delivered`,
  );
}
const ours = (of: (figure: Figure) => number) => figures.map((figure) => ({ bare: Number.NaN, ours: of(figure) }));
finish([
  conclude(
    { id: 'P5c', what: 'share of its worker when a live broadcast goes on on the next', unit: '', compare: 'value', atMost: LIMIT },
    ours(({ wentOnAt }) => wentOnAt),
    options,
    conditions(figures),
  ),
  conclude(
    { id: 'P5d', what: 'control answer p99 of two workers filled to their limit', unit: 'ms', compare: 'value', atMost: 120 },
    ours(({ p99 }) => p99),
    options,
    conditions(figures),
  ),
]);
process.exit();
