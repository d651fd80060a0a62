/** argon2id with the library's defaults (19 MiB, 2 passes, 1 lane: OWASP's recommendation). */
import { randomBytes } from 'node:crypto';
import { hash, verify } from '@node-rs/argon2';

/** Compared when there is no such account, so that the answer takes as long as for one that exists. */
const decoy = hash(randomBytes(16));

/** A PHC string of argon2id with a random salt. */
export const hashPassword = (password: string): Promise<string> => hash(password);

/** @param stored PHC string, or null when there is no such account: takes as long and answers false */
export async function verifyPassword(stored: string | null, password: string): Promise<boolean> {
  const matches = await verify(stored ?? (await decoy), password);
  return matches && stored !== null;
}
