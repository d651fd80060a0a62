/**
 * Personal data in the database: AES-256-GCM per field with a versioned key, and a keyed blind index for equality. The
 * table, column and row are bound as associated data, so a value cannot be moved to another row.
 */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto';
import { deriveKey, type KeyRing } from './keys.ts';

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** A column that holds sealed text; `wenzhen rotate-keys` goes through all of them. */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  /** Primary key of the table. */
  readonly idColumn: string;
}

const columns: SealedColumn[] = [];

/** Declares a sealed column, once, beside the model that has it. */
export function sealedColumn(table: string, column: string, idColumn = 'id'): SealedColumn {
  const declared = { table, column, idColumn };
  columns.push(declared);
  return declared;
}

/** Every declared column: for rotation and for tests. */
export const sealedColumns = (): readonly SealedColumn[] => columns;

export interface Vault {
  /** @returns text for the database: `keyId.base64url(iv, tag, cipher text)` */
  seal(column: SealedColumn, rowId: string, plain: string): string;
  /** @throws {Error} when the key is missing, the value was changed, or it belongs to another row */
  open(column: SealedColumn, rowId: string, sealed: string): string;
  /** Id of the key that a value is sealed with. */
  keyOf(sealed: string): string;
  /** Whether a text has the form of a sealed value: some columns hold both kinds. */
  isSealed(text: string): boolean;
  readonly currentKey: string;
  /**
   * Keyed hash for look-ups by equality and for unique indexes, 64 hexadecimal digits.
   * @param purpose for example `id-number`: columns that shall be comparable share it
   * @param value normalised by the caller
   */
  index(purpose: string, value: string): string;
}

export function createVault(ring: KeyRing, indexSecret: string): Vault {
  const indexKeys = new Map<string, Buffer>();

  function indexKey(purpose: string): Buffer {
    const known = indexKeys.get(purpose) ?? deriveKey(indexSecret, `blind-index:${purpose}`);
    indexKeys.set(purpose, known);
    return known;
  }
  const keyOf = (sealed: string): string => sealed.slice(0, sealed.indexOf('.'));

  return {
    currentKey: ring.current,
    keyOf,
    isSealed: (text) => /^[a-z0-9]{1,12}\.[\w-]{38,}$/i.test(text),
    seal(column, rowId, plain) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv(CIPHER, ring.key(ring.current), iv);
      cipher.setAAD(boundTo(column, rowId));
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return `${ring.current}.${Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url')}`;
    },
    open(column, rowId, sealed) {
      const id = keyOf(sealed);
      const bytes = Buffer.from(sealed.slice(id.length + 1), 'base64url');
      const decipher = createDecipheriv(CIPHER, ring.key(id), bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAAD(boundTo(column, rowId));
      decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
    },
    index: (purpose, value) => createHmac('sha256', indexKey(purpose)).update(value).digest('hex'),
  };
}

const boundTo = ({ table, column }: SealedColumn, rowId: string): Buffer => Buffer.from(`${table}.${column}.${rowId}`);
