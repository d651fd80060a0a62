/** Addresses of contents: signed by us and good for minutes, so that a page can show a file without its token in the address. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { deriveKey } from '#src/crypto/keys.ts';
import { ApiError } from '#src/errors.ts';

export interface Signature {
  /** Seconds since 1970. */
  expires: number;
  signature: string;
}

export interface Signing {
  /** Path with its query, below the address of the server. */
  urlOf(id: string): string;
  /** @throws {ApiError} `link_invalid`, `link_expired` */
  check(id: string, given: Signature): void;
}

/** How long an address is good for, in seconds. */
const LIFE_SECONDS = 600;

/** Below the address of the server; of public files this is all. */
export const contentPath = (id: string): string => `/api/v1/files/${id}/content`;

/** @param secret long-lived; its key for this purpose is derived */
export function createSigning(secret: string): Signing {
  const key = deriveKey(secret, 'file-urls');
  const sign = (id: string, expires: number) => createHmac('sha256', key).update(`${id}.${expires}`).digest();
  return {
    urlOf(id) {
      const expires = Math.floor(Date.now() / 1_000) + LIFE_SECONDS;
      return `${contentPath(id)}?expires=${expires}&signature=${sign(id, expires).toString('base64url')}`;
    },
    check(id, { expires, signature }) {
      const given = Buffer.from(signature, 'base64url');
      const right = sign(id, expires);
      if (given.length !== right.length || !timingSafeEqual(given, right)) throw new ApiError('link_invalid');
      if (expires * 1_000 < Date.now()) throw new ApiError('link_expired');
    },
  };
}
