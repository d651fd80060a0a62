/** Which plays need not be played again. */
import type { Played } from './report.ts';
import type { Size } from './row.ts';

/** Whether a play was of this very commit, without other changes, and no smaller than what is asked for now. `seed` is how many there were. */
export function covers({ commit, size }: Pick<Played, 'commit' | 'size'>, now: string, asked: Size): boolean {
  if (commit !== now || commit.endsWith('+')) return false;
  const { rounds, clients, ms = 0, seed = 1 } = size;
  return rounds >= asked.rounds && clients >= asked.clients && ms >= (asked.ms ?? 0) && seed >= (asked.seed ?? 1);
}
