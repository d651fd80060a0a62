/** The keys that protect personal data: a ring of versioned keys for fields, and one key for the blind index. */
import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';

/** Bytes of AES-256. */
const KEY_BYTES = 32;
const ENTRY = /^([a-z0-9]{1,12}):([0-9a-f]{64})$/i;

export interface KeyRing {
  /** Id of the key that new values are sealed with: the last one of the list. */
  readonly current: string;
  /** @throws {Error} when this ring never held that key: the value cannot be read without it */
  key(id: string): KeyObject;
}

/**
 * Reads a ring such as `k1:<64 hexadecimal digits>,k2:<…>` (`openssl rand -hex 32`). Old keys stay in the list until `wenzhen rotate-keys` has sealed
 * everything anew with the last one.
 * @throws {Error} when an entry has another form or an id comes twice
 */
export function parseKeyRing(text: string): KeyRing {
  const keys = new Map<string, KeyObject>();
  for (const entry of text.split(',').map((part) => part.trim())) {
    const [, id, secret] = ENTRY.exec(entry) ?? [];
    const bytes = Buffer.from(secret ?? '', 'hex');
    if (!id || bytes.length !== KEY_BYTES || keys.has(id))
      throw new Error('DATA_KEYS must be a list of id:key, each key 64 hexadecimal digits');
    keys.set(id, createSecretKey(bytes));
  }
  return {
    current: [...keys.keys()].at(-1) ?? '',
    key(id) {
      const found = keys.get(id);
      if (!found) throw new Error(`DATA_KEYS holds no key ${id}`);
      return found;
    },
  };
}

/** A key of its own for each purpose, so that equal values of two columns have different index values. */
export const deriveKey = (secret: string, purpose: string): Buffer => Buffer.from(hkdfSync('sha256', secret, '', purpose, KEY_BYTES));
