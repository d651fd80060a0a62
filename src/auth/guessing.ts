/**
 * Limits guessing of passwords and codes (IDN-17, SEC-06): so many wrong ones in a row lock an account for a while, whoever tries
 * and wherever from, and an address has so many for whatever accounts. Counted in the database before the check, so
 * that neither parallel guesses nor other processes slip through. An account that does not exist is treated alike.
 */
import { Mutex } from 'async-mutex';
import type { Config } from '#config/index.ts';
import { ApiError } from '#src/errors.ts';
import type { Limits, Take } from './limits.ts';
import { networkOf } from './networks.ts';

/** A whole clinic may share one address. */
const ADDRESS_FACTOR = 10;
const WINDOW_MS = 900_000;
/** Attempts for one account that wait for their turn in this process. */
const MAX_WAITING = 32;

export interface Guessing {
  /**
   * Runs `check`, one at a time for each subject, and counts it unless it gives something.
   * @param subject user id, or what stands for an account that does not exist
   * @param locked told when this was the wrong one that locks the subject until this time
   * @throws {ApiError} `too_many_attempts`
   */
  attempt<T>(subject: string, ip: string, check: () => Promise<T | null>, locked?: (until: Date) => Promise<void>): Promise<T | null>;
  /** The same, counted for the address alone: for what limits its tries itself. */
  fromAddress<T>(ip: string, check: () => Promise<T | null>): Promise<T | null>;
  /** An administrator, or a code, has opened the account again. */
  forgive(subject: string): Promise<void>;
}

export function createGuessing(config: Pick<Config, 'LOGIN_ATTEMPTS' | 'LOGIN_LOCK_SECONDS'>, limits: Limits): Guessing {
  const inTurn = createTurns();
  const attempts = config.LOGIN_ATTEMPTS;
  const keyOf = (subject: string) => `guess:${subject}`;

  /** @param right told when `check` has given something */
  async function counted<T>(
    key: string,
    limit: number,
    right: () => Promise<void>,
    check: (taken: Take) => Promise<T | null>,
  ): Promise<T | null> {
    const taken = await limits.take(key, limit, WINDOW_MS);
    if (!taken.allowed) throw tooMany(taken);
    const result = await check(taken).catch(async (error: unknown) => {
      // Faults and refusals of another kind are no guesses.
      await limits.giveBack(key);
      throw error;
    });
    if (result !== null) await right();
    return result;
  }

  const fromAddress: Guessing['fromAddress'] = (ip, check) => {
    const key = `guess-address:${networkOf(ip)}`;
    return counted(key, attempts * ADDRESS_FACTOR, () => limits.giveBack(key), check);
  };

  /** The last wrong one that an account has. */
  async function lock(subject: string, locked: ((until: Date) => Promise<void>) | undefined): Promise<void> {
    const until = new Date(Date.now() + config.LOGIN_LOCK_SECONDS * 1_000);
    await limits.extend(keyOf(subject), until);
    await locked?.(until);
  }

  return {
    fromAddress,
    attempt: (subject, ip, check, locked) =>
      inTurn(subject, async () => {
        const key = keyOf(subject);
        const over = await limits.spent(key, attempts);
        // Costs the address nothing.
        if (over) throw tooMany(over);
        const right = () => limits.clear(key);
        return fromAddress(ip, () =>
          counted(key, attempts, right, async ({ hits }) => {
            const result = await check();
            if (result === null && hits >= attempts) await lock(subject, locked);
            return result;
          }),
        );
      }),
    forgive: (subject) => limits.clear(keyOf(subject)),
  };
}

const tooMany = ({ endsAt }: Take): ApiError =>
  new ApiError('too_many_attempts', { retryAfter: Math.max(1, Math.ceil((endsAt.getTime() - Date.now()) / 1_000)) });

/** Runs work for one subject after the other. @throws {ApiError} `too_many_attempts` when too much of it waits */
function createTurns(): <T>(subject: string, work: () => Promise<T>) => Promise<T> {
  const turns = new Map<string, { mutex: Mutex; waiting: number }>();
  return async (subject, work) => {
    const turn = turns.get(subject) ?? { mutex: new Mutex(), waiting: 0 };
    if (turn.waiting >= MAX_WAITING) throw new ApiError('too_many_attempts', { retryAfter: 1 });
    turns.set(subject, turn);
    turn.waiting++;
    return turn.mutex.runExclusive(work).finally(() => {
      if (--turn.waiting === 0) turns.delete(subject);
    });
  };
}
