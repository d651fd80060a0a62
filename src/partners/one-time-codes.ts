/** Codes that a simulated login service gives out: each is good once, for a while, for whom it was made. */
import { randomBytes } from 'node:crypto';

const LIFE_MS = 5 * 60_000;

export type Redeemed<T> = { state: 'good'; value: T } | { state: 'spent'; value: T } | { state: 'unknown' };

export interface OneTimeCodes<T> {
  issue(value: T): string;
  /** `spent`: a code that was redeemed before. */
  redeem(code: string): Redeemed<T>;
}

export function createOneTimeCodes<T>(): OneTimeCodes<T> {
  const codes = new Map<string, { value: T; until: number; spent: boolean }>();
  return {
    issue(value) {
      const code = randomBytes(24).toString('base64url');
      codes.set(code, { value, until: Date.now() + LIFE_MS, spent: false });
      return code;
    },
    redeem(code) {
      const known = codes.get(code);
      if (!known || known.until < Date.now()) return { state: 'unknown' };
      if (known.spent) return { state: 'spent', value: known.value };
      known.spent = true;
      return { state: 'good', value: known.value };
    },
  };
}
