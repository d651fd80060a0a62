/**
 * People of a visit in a process of their own: what others in the play do, above all the handshakes of connections that are made
 * anew, would be silence in their ears too if they shared a thread. They have devices of their own as well, so that the process does
 * not wait for a processor while pages of others take all of them. This file is its program as well.
 */
import { fork, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Gap, watchGaps } from './gaps.ts';
import { RoomPerson, type RoomPersonOptions } from './room-person.ts';
import { allHear } from './room-visits.ts';

const PROGRAM = fileURLToPath(import.meta.url);

export interface PeopleApart {
  /** Waits until everybody hears everybody. */
  allHear(): Promise<void>;
  /** How often media was made anew, over all of them. */
  restarts(): Promise<number>;
  /** Begins to look how long nothing is heard. */
  watch(): Promise<void>;
  /** Ends that. @returns the longest silence of each pair */
  gaps(): Promise<Gap[]>;
  /** Brings everybody out and ends the process. */
  leave(): Promise<void>;
}

type Question = keyof PeopleApart;

/** Brings people into their visit. @param url of the node that is tried first */
export async function peopleApart(ways: readonly RoomPersonOptions[], url: string): Promise<PeopleApart> {
  const child = fork(PROGRAM, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const ended = once(child, 'exit').then(() => {
    throw new Error('the process of the people of a visit has ended');
  });
  // Only of interest while something is asked.
  ended.catch(() => undefined);
  /** One at a time. */
  async function ask(what: Question | { ways: readonly RoomPersonOptions[]; url: string }): Promise<unknown> {
    const answered = once(child, 'message');
    child.send(what);
    const [answer] = (await Promise.race([answered, ended])) as [{ error?: string; value?: unknown }];
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.value;
  }
  await ask({ ways, url }).catch((error: unknown) => {
    child.kill();
    throw error;
  });
  return {
    allHear: async () => void (await ask('allHear')),
    restarts: async () => (await ask('restarts')) as number,
    watch: async () => void (await ask('watch')),
    gaps: async () => (await ask('gaps')) as Gap[],
    async leave() {
      await ask('leave').finally(() => child.kill());
    },
  };
}

/** What the process does: it answers each message with `{ value }` or `{ error }`. */
function serve(): void {
  // Before everything that is not real time. Only root may, and without it the play is as good as the machine is idle.
  spawnSync('chrt', ['--all-tasks', '--fifo', '--pid', '1', String(process.pid)], { stdio: 'ignore' });
  let people: RoomPerson[] = [];
  let end: () => Gap[] = () => [];
  const answers: Record<Question, () => unknown> = {
    allHear: async () => void (await allHear([{ people }])),
    restarts: () => people.reduce((sum, { restarts }) => sum + restarts, 0),
    watch: () => void (end = watchGaps([people])),
    gaps: () => end(),
    leave: async () => void (await Promise.all(people.map((person) => person.leave()))),
  };
  async function come({ ways, url }: { ways: RoomPersonOptions[]; url: string }): Promise<void> {
    people = ways.map((way) => new RoomPerson(way));
    for (const person of people) await person.come(url);
  }
  process.on('message', (what: Question | { ways: RoomPersonOptions[]; url: string }) => {
    void Promise.resolve()
      .then(() => (typeof what === 'string' ? answers[what]() : come(what)))
      .then(
        (value) => process.send?.({ value }),
        (error: unknown) => process.send?.({ error: String(error) }),
      );
  });
  process.on('disconnect', () => process.exit());
}

if (process.argv[1] === PROGRAM) serve();
