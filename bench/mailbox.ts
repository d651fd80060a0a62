/**
 * P16: a message through an actor of ours (bounded, deadlines, failures counted, timing hook on) against the smallest
 * thing that keeps order: for `tell` a loop over an array, for `ask` a chain of promises; with traces switched off, with
 * them on, and in a request that is traced. In one process, ns of processor time a message.
 */
import { pino } from 'pino';
import { loadConfig } from '#config/index.ts';
import { type Behaviour, createActor } from '#rooms/actor.ts';
import type { Tracing } from '#rooms/ports.ts';
import { stamped, traceTurns } from '#rooms/tracing.ts';
import { startTracing } from '#src/tracing.ts';
import { startCollector } from '#tests/support/collector.ts';
import { type Condition, conclude, finish, measurePairs, readOptions } from './harness.ts';

interface Message {
  value: number;
}

const BURST = 1_000;
const DEADLINE_MS = 5_000;
/** JSON rounds of a message on the sanity twin's side. */
const TWIN_ROUNDS = 20;
let sum = 0;
const handle = async (message: Message): Promise<void> => {
  sum += message.value;
};

/** The 20-line loop. */
class Loop {
  #queue: Message[] = [];
  #running = false;
  tell(message: Message): void {
    this.#queue.push(message);
    if (this.#running) return;
    this.#running = true;
    queueMicrotask(() => void this.#run());
  }
  async #run(): Promise<void> {
    for (let next = 0; next < this.#queue.length; next++) {
      try {
        await handle(this.#queue[next]!);
      } catch {
        continue;
      }
    }
    this.#queue.length = 0;
    this.#running = false;
  }
}

/** The promise chain. */
class Chain {
  #tail: Promise<void> = Promise.resolve();
  ask(message: Message): Promise<void> {
    const answer = this.#tail.then(() => handle(message));
    this.#tail = answer.catch(() => undefined);
    return answer;
  }
}

let timed = 0;
let slowest = 0;

/** An actor's mailbox. @param tracing as a room gets it: null where no traces are kept; left out, the actor knows nothing of them */
function ourMailbox(twin: boolean, tracing?: Tracing | null) {
  const rounds = twin ? TWIN_ROUNDS : 0;
  const slow = (message: Message): Promise<void> => {
    let copy = message;
    for (let round = 0; round < rounds; round++) copy = JSON.parse(JSON.stringify(copy)) as Message;
    return handle(copy);
  };
  const behaviour: Behaviour<Message> = { handle: twin ? slow : handle, idle: () => false, stop: async () => undefined };
  if (tracing) traceTurns(tracing, behaviour, () => ({ name: 'turn', attributes: { 'wenzhen.room_id': 'bench', 'wenzhen.epoch': 1 } }));
  return createActor<Message>({
    id: 'bench',
    behaviour,
    capacity: BURST,
    onFailure: (error) => {
      throw error;
    },
    onStale: () => undefined,
    onTimed: (_message, waited, ran) => {
      timed++;
      slowest = Math.max(slowest, waited + ran);
    },
  }).mailbox;
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Processor time since `begin`: unlike the clock it does not count when others had the core. */
function nanoseconds(begin: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begin);
  return (user + system) * 1000;
}

/** Bursts of tells, each drained before the next. @returns ns a message */
async function bursts(tell: (message: Message) => void, seconds: number): Promise<number> {
  const until = performance.now() + seconds * 1000;
  const begin = process.cpuUsage();
  const before = sum;
  do {
    for (let index = 0; index < BURST; index++) tell({ value: 1 });
    await turn();
  } while (performance.now() < until);
  return nanoseconds(begin) / (sum - before);
}

/** One ask after the other. @returns ns a message */
async function asks(ask: (message: Message) => Promise<unknown>, seconds: number): Promise<number> {
  const until = performance.now() + seconds * 1000;
  const begin = process.cpuUsage();
  const before = sum;
  do for (let index = 0; index < BURST; index++) await ask({ value: 1 });
  while (performance.now() < until);
  return nanoseconds(begin) / (sum - before);
}

const options = readOptions({ pairs: 5, seconds: 2 });
const loop = new Loop();
const chain = new Chain();
const mailbox = ourMailbox(options.twin);
const tellOurs = (message: Message): void => void mailbox.tell(message);
const askOurs = (message: Message): Promise<unknown> => mailbox.ask(message, DEADLINE_MS);
const told = new Set<boolean>();

for (const warm of [
  () => bursts((m) => loop.tell(m), 0.3),
  () => bursts(tellOurs, 0.3),
  () => asks((m) => chain.ask(m), 0.3),
  () => asks(askOurs, 0.3),
])
  await warm();
console.log('P16: one message through an actor');
const tells = await measurePairs(options, {
  bare: () => bursts((m) => loop.tell(m), options.seconds),
  ours: () => bursts(tellOurs, options.seconds),
});
told.add(mailbox.depth === 0);
const asked = await measurePairs(options, {
  bare: () => asks((m) => chain.ask(m), options.seconds),
  ours: () => asks(askOurs, options.seconds),
});
// Wired like a room on a server without a collector: after the plain one, which has been compiled by now.
const off = ourMailbox(options.twin, null);
const tellOff = (message: Message): void => void off.tell(message);
await bursts(tellOff, 0.3);
const switchedOff = await measurePairs(options, {
  bare: () => bursts(options.twin ? (m) => loop.tell(m) : tellOurs, options.seconds),
  ours: () => bursts(tellOff, options.seconds),
});
told.add(off.depth === 0);

// Only now: a context that follows every promise is set up for the whole process.
const collector = await startCollector();
const settings = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER_ARG: '1' };
const traces = await startTracing(loadConfig(settings), 'bench', 'bench', pino({ level: 'silent' }));
if (!traces) throw new Error('no traces');
const on = ourMailbox(options.twin, traces);
const tellOn = (message: Message): void => void on.tell(stamped(traces, message));
const askOn = (message: Message): Promise<unknown> => on.ask(stamped(traces, message), DEADLINE_MS);
for (const warm of [() => bursts(tellOn, 0.3), () => asks(askOn, 0.3)]) await warm();
const tellsOn = await measurePairs(options, {
  bare: () => bursts((m) => loop.tell(m), options.seconds),
  ours: () => bursts(tellOn, options.seconds),
});
const asksOn = await measurePairs(options, {
  bare: () => asks((m) => chain.ask(m), options.seconds),
  ours: () => asks(askOn, options.seconds),
});
/** Each ask in a request of its own, as a socket event is. */
const askTraced = async (message: Message): Promise<void> => {
  const span = traces.start({ name: 'request', kind: 'server', parent: null });
  if (!span) throw new Error('not traced');
  await span.run(() => askOn(message));
  span.end();
};
await asks(askTraced, 0.3);
const traced: { bare: number; ours: number }[] = [];
while (traced.length < options.pairs) traced.push({ bare: Number.NaN, ours: (await asks(askTraced, options.seconds)) / 1_000 });
told.add(on.depth === 0);
await traces.close();
const turns = collector.spans().filter(({ name }) => name === 'turn').length;
await collector.close();

const conditions: Condition[] = [
  { text: 'the mailbox was drained and each message was timed', holds: !told.has(false) && timed > 0 && slowest > 0 },
];
finish([
  conclude(
    { id: 'P16a', what: 'tell to an actor, timed, against a 20-line loop', unit: 'ns', compare: 'ratio', atMost: 1.5 },
    tells,
    options,
    conditions,
  ),
  conclude(
    { id: 'P16b', what: 'ask of an actor, timed, against a promise chain', unit: 'ns', compare: 'ratio', atMost: 1.5 },
    asked,
    options,
    conditions,
  ),
  conclude(
    {
      id: 'P16c',
      what: 'the same tell, traces switched off, against an actor that knows of none',
      unit: 'ns',
      compare: 'ratio',
      atMost: 1.1,
    },
    switchedOff,
    options,
    conditions,
  ),
  conclude(
    {
      id: 'P16d',
      what: 'tell to an actor with traces on, outside of a trace, against a 20-line loop',
      unit: 'ns',
      compare: 'ratio',
      atMost: 1.5,
    },
    tellsOn,
    options,
    conditions,
  ),
  conclude(
    {
      id: 'P16e',
      what: 'ask of an actor with traces on, outside of a trace, against a promise chain',
      unit: 'ns',
      compare: 'ratio',
      atMost: 1.5,
    },
    asksOn,
    options,
    conditions,
  ),
  conclude({ id: 'P16f', what: 'a request and its turn, both recorded', unit: 'us', compare: 'value', atMost: 25 }, traced, options, [
    ...conditions,
    { text: `turns arrived at the collector (${turns})`, holds: turns > 0 },
  ]),
]);
process.exit();
