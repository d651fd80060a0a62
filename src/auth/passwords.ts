/** Passwords: argon2id with the library's defaults (19 MiB, 2 passes, 1 lane: OWASP's recommendation). */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';
import bcrypt from 'bcryptjs';
import { z } from 'zod';

/** Compared when there is no such account, so that the answer takes as long as for one that exists. */
const decoy = hash(randomBytes(16));
/** Older systems stored `SHA-256(password)`, or with a salt `sha256:<salt>:<SHA-256(salt + password)>`. */
const LEGACY = /^(?:sha256:(?:(?<salt>[^:]{1,64}):)?)?(?<digest>[0-9a-f]{64})$/i;
const BCRYPT = /^\$2[aby]\$/;
export const MAX_PASSWORD = 128;

/** A PHC string of argon2id with a random salt. */
export const hashPassword = (password: string): Promise<string> => hash(password);

/** `outdated`: right, but stored in a form that is to be replaced now. */
export type Verdict = 'wrong' | 'right' | 'outdated';

/** @param stored null when there is no such account, or one without a password: takes as long and is wrong */
export async function verifyPassword(stored: string | null, password: string): Promise<Verdict> {
  const legacy = LEGACY.exec(stored ?? '');
  if (stored && (legacy || BCRYPT.test(stored))) {
    const matches = legacy ? sameDigest(legacy.groups ?? {}, password) : await bcrypt.compare(password, stored);
    // The right one is hashed anew by the caller, which takes as long.
    return matches ? 'outdated' : verifyPassword(null, password);
  }
  const matches = await verify(stored ?? (await decoy), password).catch(() => false);
  return matches && stored !== null ? 'right' : 'wrong';
}

function sameDigest({ salt = '', digest = '' }: Record<string, string | undefined>, password: string): boolean {
  const given = createHash('sha256')
    .update(salt + password)
    .digest();
  return timingSafeEqual(given, Buffer.from(digest, 'hex'));
}

/** A password that is chosen now (IDN-16). At login any text is taken. */
export const newPassword = z
  .string()
  .min(8, 'has fewer than 8 characters')
  .max(MAX_PASSWORD)
  .refine((password) => /\p{L}/u.test(password) && /\d/.test(password), 'must hold letters and digits');
