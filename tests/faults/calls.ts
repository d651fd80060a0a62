/** Calls whose people notice nothing but what the servers do: each on a process of its own (`people-process.ts`). */
import { type PeopleApart, peopleApart } from './people-process.ts';
import type { Rig } from './rig.ts';
import { type PlannedVisit, planRoom, roomsToClose } from './room-visits.ts';

export interface Call extends PlannedVisit {
  people: PeopleApart;
}

/** Of those in a call: who reaches it over the process that has its room, and who over the other one. */
export const [NEAR, FAR] = [0, 1] as const;
/** The first who is still to come. */
export const GUEST = 2;

/** Two calls, one on each process, with somebody who reaches theirs through the other one; the guests, over each in turn, are still to come. */
export async function makeTwoCalls(rig: Rig): Promise<Call[]> {
  const calls: Call[] = [];
  const roles = ['practitioner', 'patient', 'guest', 'guest', 'guest', 'guest'] as const;
  try {
    for (const owner of [0, 1]) {
      const visit = await planRoom(rig, owner, { roles, sound: true, rooted: true });
      calls.push({ ...visit, people: await peopleApart(visit.ways.slice(0, GUEST)) });
    }
    for (const { people } of calls) await people.allHear();
    return calls;
  } catch (error) {
    await leaveCalls(rig, calls);
    throw error;
  }
}

/** Brings everybody out, and the rooms to their end, so that another play finds none. */
export async function leaveCalls(rig: Rig, calls: readonly Call[]): Promise<void> {
  await Promise.all(calls.map(({ people }) => people.leave()));
  await roomsToClose(rig);
}

/** The longest silences since `watch()`, in ms. */
export async function silencesIn(calls: readonly Call[]): Promise<number[]> {
  const gaps = await Promise.all(calls.map(({ people }) => people.gaps()));
  return gaps.flat().map(({ ms }) => ms);
}

/** Remembers when these of each call came in. @returns looks again: how many have come in anew since, having lost their connection */
export async function watchConnections(calls: readonly Call[], persons: readonly number[] = [NEAR, FAR]): Promise<() => Promise<number>> {
  const cameIn = async (): Promise<number[]> => {
    const views = await Promise.all(calls.map(({ people }) => people.look()));
    return views.flatMap((of) => persons.map((person) => of[person]!.cameAt));
  };
  const before = await cameIn();
  return async () => (await cameIn()).filter((at, index) => at !== before[index]).length;
}
