/**
 * P16: a message through an actor of ours (bounded, deadlines, failures counted, timing hook on) against the smallest
 * thing that keeps order: for `tell` a loop over an array, for `ask` a chain of promises. In one process, ns of
 * processor time a message.
 */
import { createActor } from '#rooms/actor.ts';
import { type Condition, conclude, finish, measurePairs, readOptions } from './harness.ts';

interface Message {
  value: number;
}

const BURST = 1_000;
const DEADLINE_MS = 5_000;
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

function ourMailbox(twin: boolean) {
  const slow = (message: Message): Promise<void> => handle(JSON.parse(JSON.stringify(JSON.parse(JSON.stringify(message)))) as Message);
  return createActor<Message>({
    id: 'bench',
    behaviour: { handle: twin ? slow : handle, idle: () => false, stop: async () => undefined },
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
]);
