/**
 * Limits guessing of passwords in a window of 15 minutes: by account and address, by account from wherever, and by
 * address for whatever accounts. Only wrong passwords stay counted.
 */
import { isIPv6 } from 'node:net';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { ApiError } from '#src/errors.ts';

const WINDOW_SECONDS = 15 * 60;
/** An account may be guessed from several addresses, but not from as many as an attacker has. */
const ACCOUNT_FACTOR = 2;
/** A whole clinic may share one address. */
const ADDRESS_FACTOR = 10;

export interface Attempts {
  /**
   * Counts one attempt before its password is checked, so that parallel guesses do not slip through.
   * @returns takes it back, once the password was right
   * @throws {ApiError} `too_many_attempts`
   */
  count(account: string, address: string): Promise<() => Promise<void>>;
}

/** @param perPair attempts for one account from one address */
export function createAttempts(perPair: number): Attempts {
  const limit = (points: number) => new RateLimiterMemory({ points, duration: WINDOW_SECONDS });
  const limiters = { pair: limit(perPair), account: limit(perPair * ACCOUNT_FACTOR), address: limit(perPair * ADDRESS_FACTOR) };

  return {
    async count(account, from) {
      const address = networkOf(from);
      const keys = { pair: `${account} ${address}`, address, account };
      // The narrowest first: what is refused there does not use up the wider ones, which others share.
      for (const name of ['pair', 'address', 'account'] as const) await consume(limiters[name], keys[name]);
      return async () => {
        await limiters.pair.delete(keys.pair);
        await Promise.all([limiters.address.reward(address), limiters.account.reward(account)]);
      };
    },
  };
}

async function consume(limiter: RateLimiterMemory, key: string): Promise<void> {
  await limiter.consume(key).catch((reason: unknown) => {
    if (!(reason instanceof RateLimiterRes)) throw reason;
    throw new ApiError('too_many_attempts', { retryAfter: Math.ceil(reason.msBeforeNext / 1_000) });
  });
}

/** What one customer of a provider has: an IPv4 address, or the first 64 bits of an IPv6 one. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  if (!isIPv6(address)) return address;
  const [head = '', tail = ''] = (address.split('%', 1)[0] ?? '').split('::');
  const left = head.split(':').filter(Boolean);
  const right = tail.split(':').filter(Boolean);
  const zeros = address.includes('::') ? Array<string>(8 - left.length - right.length).fill('0') : [];
  const groups = [...left, ...zeros, ...right].slice(0, 4);
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
