/** What all connections of one person share: budgets that a second socket must not double, and their number. */
import { type Budget, createBudget } from './budgets.ts';
import type { ProbeCount } from './probes.ts';

const JOINS_MS = 10_000;
const PROBES_PER_MINUTE = 30;
/** Time for which somebody without a connection is remembered, in ms: coming back must not refill their budgets. */
const MEMORY_MS = 60_000;

export interface Person {
  readonly joining: Budget;
  readonly probing: Budget;
  readonly probes: ProbeCount;
}

export interface People {
  /** Counts one more connection of this person. */
  come(userId: string): Person;
  go(userId: string): void;
}

/** @param joins in ten seconds. A join costs queries and transports; a page needs one, and one more each time its connection breaks. */
export function createPeople(joins: number): People {
  const people = new Map<string, { person: Person; connections: number; forget?: ReturnType<typeof setTimeout> }>();
  const meet = (): Person => ({
    joining: createBudget(joins, joins / JOINS_MS),
    probing: createBudget(PROBES_PER_MINUTE, PROBES_PER_MINUTE / 60_000),
    probes: { held: new Set(), opening: 0 },
  });
  return {
    come(userId) {
      const known = people.get(userId) ?? { person: meet(), connections: 0 };
      people.set(userId, known);
      clearTimeout(known.forget);
      known.connections++;
      return known.person;
    },
    go(userId) {
      const known = people.get(userId);
      if (!known || --known.connections > 0) return;
      known.forget = setTimeout(() => people.delete(userId), MEMORY_MS).unref();
    },
  };
}
