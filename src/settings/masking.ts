/** Secrets inside of accounts: taken out of what is shown, and put back where somebody left them as they were shown. */
import { ADDRESS_FIELDS, MASK, SECRET_FIELDS } from './partner-catalogue.ts';

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The same value with a mask in place of each secret. */
export function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, SECRET_FIELDS.has(name) ? MASK : masked(part)]));
}

/** What cannot be kept, as the path of the field. */
export class SecretMissing extends Error {
  override name = 'SecretMissing';
  readonly path: readonly (string | number)[];
  constructor(path: readonly (string | number)[]) {
    super('has to be given again: what it belongs to is new or has changed');
    this.path = path;
  }
}

/**
 * Puts secrets of `present` in place of masks. Entries of lists are the same when their `name` or `key` is.
 * @throws {SecretMissing} for a mask where there is no secret, or where the account that it opens is another one now
 */
export function unmasked(value: unknown, present: unknown, path: readonly (string | number)[] = []): unknown {
  if (Array.isArray(value)) {
    const known = Array.isArray(present) ? present.filter(isFields) : [];
    const same = (entry: unknown) => known.find((other) => isFields(entry) && identityOf(other) === identityOf(entry));
    return value.map((entry, index) => unmasked(entry, same(entry), [...path, index]));
  }
  if (!isFields(value)) return value;
  const before = isFields(present) ? present : {};
  const sameAddress = [...ADDRESS_FIELDS].every((name) => value[name] === before[name]);
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => {
      if (!SECRET_FIELDS.has(name) || part !== MASK) return [name, unmasked(part, before[name], [...path, name])];
      if (!sameAddress || typeof before[name] !== 'string') throw new SecretMissing([...path, name]);
      return [name, before[name]];
    }),
  );
}

const identityOf = ({ name, key }: Fields): unknown => name ?? key;
