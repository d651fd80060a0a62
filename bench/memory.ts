/** P18: memory of the worker for the transports of 400 one-to-one streams, and of our Node for each person in a room. */
import { oneToOne, consumersOf, type Shape } from './forwarding/plain.ts';
import { startSide } from './forwarding/run.ts';
import { type Condition, conclude, finish, measurePairs, type Options, readOptions } from './harness.ts';
import { announceTracks, takeSeat } from './seat.ts';
import { startSite } from './server.ts';

/** Visits of two people, for the figure per person. */
const VISITS = 50;
const SOCKETS_A_SESSION = 8;
/** The sanity twin: a fifth more rooms on our side, and only every fifth person counted. */
const TWIN_SHARE = 1.2;
const TWIN_UNCOUNTED = 5;

interface Figure {
  megabytes: number;
  /** packets on their way are part of the memory: both sides have to have them */
  delivered: number;
}

async function measureWorker(side: 'bare' | 'ours', options: Options): Promise<Figure> {
  const more = side === 'ours' && options.twin ? TWIN_SHARE : 1;
  const shape: Shape = { ...oneToOne, rooms: oneToOne.rooms * more };
  const running = await startSide(side, shape);
  try {
    await running.receive(consumersOf(shape));
    const { arrived, sent } = await running.measure(options.seconds);
    return { megabytes: running.workerBytes() / 1e6, delivered: arrived / sent };
  } finally {
    await running.stop();
  }
}

async function kilobytesPerPerson(options: Options): Promise<number> {
  const site = await startSite();
  try {
    const visits = await Promise.all(Array.from({ length: VISITS + 1 }, () => site.book()));
    const sessions: Awaited<ReturnType<typeof site.signIn>>[] = [];
    while (sessions.length * SOCKETS_A_SESSION < visits.length) sessions.push(await site.signIn());
    const seat = async (index: number) => {
      const { doctor, patient } = sessions[Math.floor(index / SOCKETS_A_SESSION)] ?? site;
      for (const { token } of [doctor, patient]) await announceTracks(await takeSeat(site.url, token, visits[index] ?? ''));
    };
    await seat(0);
    const before = await site.memory();
    for (let index = 1; index <= VISITS; index++) await seat(index);
    const after = await site.memory();
    const bytes = after.heapUsed + after.external - before.heapUsed - before.external;
    return bytes / 1000 / ((VISITS * 2) / (options.twin ? TWIN_UNCOUNTED : 1));
  } finally {
    await site.close();
  }
}

const options = readOptions({ pairs: 5, seconds: 3 });
console.log('P18: memory');
const worker = await measurePairs(options, { bare: () => measureWorker('bare', options), ours: () => measureWorker('ours', options) });
const node = [];
while (node.length < Math.min(3, options.pairs)) node.push({ bare: Number.NaN, ours: await kilobytesPerPerson(options) });
const delivered = Math.min(...worker.flatMap(({ bare, ours }) => [bare.delivered, ours.delivered]));
const flowed: Condition = {
  text: `at least 98 % of the packets arrived (worst run: ${(delivered * 100).toFixed(1)} %)`,
  holds: delivered >= 0.98,
};
const megabytes = worker.map(({ bare, ours }) => ({ bare: bare.megabytes, ours: ours.megabytes }));
finish([
  conclude({ id: 'P18a', what: `worker memory, ${oneToOne.name}`, unit: 'MB', compare: 'ratio', atMost: 1.05 }, megabytes, options, [
    flowed,
  ]),
  conclude(
    {
      id: 'P18b',
      what: "Node's memory for each person (socket, seat, transports, two tracks each way)",
      unit: 'kB',
      compare: 'value',
      atMost: 150,
    },
    node,
    options,
  ),
]);
process.exit();
