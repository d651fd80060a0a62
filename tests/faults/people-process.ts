/**
 * People of a visit in a process of their own: what others in the play do, above all the handshakes of connections that are made
 * anew, would be silence in their ears too if they shared a thread. They have devices of their own as well, so that the process does
 * not wait for a processor while pages of others take all of them. This file is its program as well.
 */
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { PeerView, Reply, RequestInput, RequestName } from '#rooms/protocol.ts';
import { type Gap, watchGaps } from './gaps.ts';
import { RoomPerson, type RoomPersonOptions } from './room-person.ts';
import { allHear } from './room-visits.ts';

const PROGRAM = fileURLToPath(import.meta.url);

/** What one of them knows. */
export interface PersonView {
  peerId: string;
  /** When the last way in was done, by the clock of their process. */
  cameAt: number;
  /** By id. */
  peers: Record<string, PeerView>;
  /** Packets of sound of each of these. */
  heard: Record<string, number>;
}

/** People are named by their place among those who were brought in. Questions are answered one after the other. */
export interface PeopleApart {
  /** Waits until everybody hears everybody. */
  allHear(): Promise<void>;
  /** How often media was made anew, over all of them. */
  restarts(): Promise<number>;
  look(): Promise<PersonView[]>;
  /** Asks once. @throws with the code */
  ask<N extends RequestName>(person: number, name: N, payload: RequestInput<N>): Promise<Reply<N>>;
  /** Asks until there is an answer other than "later". @throws with the code */
  insist<N extends RequestName>(person: number, name: N, payload: RequestInput<N>): Promise<Reply<N>>;
  /** Begins to look how long nothing is heard. */
  watch(): Promise<void>;
  /** Ends that. @returns the longest silence of each pair */
  gaps(): Promise<Gap[]>;
  /** Brings everybody out and ends the process. */
  leave(): Promise<void>;
}

interface Question {
  name: keyof PeopleApart | 'come';
  args: unknown[];
}

/** Brings people into their visit. @param url of the node that is tried first; each their own without it */
export async function peopleApart(ways: readonly RoomPersonOptions[], url?: string): Promise<PeopleApart> {
  const child = fork(PROGRAM, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = once(child, 'exit').then(() => {
    throw new Error('the process of the people of a visit has ended');
  });
  // Only of interest while something is asked.
  ended.catch(() => undefined);
  async function putNow(question: Question): Promise<unknown> {
    const answered = once(child, 'message');
    child.send(question);
    const [answer] = (await Promise.race([answered, ended])) as [{ error?: string; value?: unknown }];
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value;
  }
  let last: Promise<unknown> = Promise.resolve();
  function put<T>(name: Question['name'], ...args: unknown[]): Promise<T> {
    const answered = last.then(() => putNow({ name, args }));
    last = answered.catch(() => undefined);
    return answered as Promise<T>;
  }
  await put('come', ways, url).catch((error: unknown) => {
    child.kill();
    throw error;
  });
  return {
    allHear: () => put('allHear'),
    restarts: () => put('restarts'),
    look: () => put('look'),
    ask: (...args) => put('ask', ...args),
    insist: (...args) => put('insist', ...args),
    watch: () => put('watch'),
    gaps: () => put('gaps'),
    leave: () => put<void>('leave').finally(() => child.kill()),
  };
}

function viewOf(person: RoomPerson): PersonView {
  const { peerId, cameAt, peers } = person;
  const heard = [...peers.keys()].map((id) => [id, person.hears(id)] as const);
  return { peerId, cameAt, peers: Object.fromEntries(peers), heard: Object.fromEntries(heard) };
}

/** What the process does: it answers each question with `{ value }` or `{ error }`. */
function serve(): void {
  // Before everything that is not real time. Only root may, and without it the play is as good as the machine is idle.
  spawnSync('chrt', ['--all-tasks', '--fifo', '--pid', '1', String(process.pid)], { stdio: 'ignore' });
  let people: RoomPerson[] = [];
  let end: () => Gap[] = () => [];
  const answers: Record<Question['name'], (...args: never[]) => unknown> = {
    async come(ways: RoomPersonOptions[], url?: string) {
      people = ways.map((way) => new RoomPerson(way));
      for (const person of people) await person.come(url);
    },
    allHear: async () => void (await allHear([{ people }])),
    restarts: () => people.reduce((sum, { restarts }) => sum + restarts, 0),
    look: () => people.map(viewOf),
    ask: (person: number, name: RequestName, payload: RequestInput<RequestName>) => people[person]!.ask(name, payload),
    insist: (person: number, name: RequestName, payload: RequestInput<RequestName>) => people[person]!.insist(name, payload),
    watch: () => void (end = watchGaps([people])),
    gaps: () => end(),
    leave: async () => void (await Promise.all(people.map((person) => person.leave()))),
  };
  process.on('message', ({ name, args }: Question) => {
    void Promise.resolve()
      // What is asked has the arguments of `PeopleApart`.
      .then(() => answers[name](...(args as never[])))
      .then(
        (value) => process.send?.({ value }),
        (error: unknown) => process.send?.({ error: String(error) }),
      );
  });
  process.on('disconnect', () => process.exit());
}

if (process.argv[1] === PROGRAM) serve();
