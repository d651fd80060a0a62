/** Values that fit a schema, and values that nobody reckons with. */
import { randomUUID } from 'node:crypto';
import type { Random } from './random.ts';

/** What is read of a JSON schema. */
export interface Schema {
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  $ref?: string;
  $defs?: Record<string, Schema>;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
  format?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
}

const DEPTH = 200;
const nested = (open: string, close: string): unknown => JSON.parse(open.repeat(DEPTH) + close.repeat(DEPTH));
// Own keys of these names, as JSON makes them.
const POLLUTING: unknown[] = ['{"__proto__":{"polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}'].map((text) =>
  JSON.parse(text),
);

/** Addresses that a server must not be sent to. */
export const INSIDE = [
  ...[
    'http://169.254.169.254/latest/meta-data/',
    'http://127.0.0.1:6379/',
    'http://[::1]:3306/',
    'http://0x7f000001/',
    'http://2130706433/',
  ],
  ...[
    'file:///etc/passwd',
    'gopher://127.0.0.1:6379/_INFO',
    'http://localhost:22',
    'javascript:alert(1)',
    'data:text/html,x',
    '//evil.test',
  ],
];

const TEXTS = [
  ...['', ' ', '\u0000', 'a\u0000b', '\ud800', '\udfff\ud800', '😀'.repeat(50), '\u202e', '\ufeff', 'é', 'Ａ', '𠮷', '\r\nset-cookie: a=b'],
  ...[
    "' OR '1'='1",
    "'; DROP TABLE users; --",
    '%',
    '_',
    '\\',
    '${7*7}',
    '{{7*7}}',
    '<script>alert(1)</script>',
    '../../etc/passwd',
    '%00',
  ],
  ...[
    'null',
    'undefined',
    'true',
    'NaN',
    '-0',
    '1e400',
    '0x10',
    '[object Object]',
    'x'.repeat(300),
    'x'.repeat(20_000),
    '中'.repeat(5_000),
  ],
  ...['0000-00-00', '9999-12-31', '2026-02-30', '0001-01-01T00:00:00Z', '9999-12-31T23:59:59.999Z', '+275760-09-13T00:00:00.000Z'],
  ...['2026-01-01T00:00:00+14:00', '24:00', '99:99', 'Asia/Nowhere', 'ffffffff-ffff-ffff-ffff-ffffffffffff', ...INSIDE],
];
const NUMBERS = [0, -0, -1, 1, 0.1, 1e-7, 1e21, 1e308, -1e308, 2 ** 31, 2 ** 32, 2 ** 53, -(2 ** 53), 99_999_999_999, 1.005, 255, 65_536];

export function nasty(random: Random): unknown {
  const kind = random.below(10);
  if (kind < 4) return random.of(TEXTS);
  if (kind < 7) return random.of(NUMBERS);
  if (kind === 7) return random.of<unknown>([null, true, false, [], {}, [null], [[]], { length: 5 }, { toString: 1 }, { $ne: null }]);
  if (kind === 8) return random.of(POLLUTING);
  return random.of([
    nested('[', ']'),
    JSON.parse(`${'{"a":'.repeat(DEPTH)}1${'}'.repeat(DEPTH)}`) as unknown,
    Array<string>(2_000).fill('a'),
  ]);
}

export const nastyText = (random: Random): string => (random.chance(0.7) ? random.of(TEXTS) : String(random.of(NUMBERS)));

/** A value that fits, now and then at the edge of what fits. */
export function fitting(schema: Schema, random: Random, root: Schema = schema, depth = 0): unknown {
  if (schema.$ref) return depth > 5 ? null : fitting(resolve(schema.$ref, root), random, root, depth + 1);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return random.of(schema.enum);
  const forms = schema.anyOf ?? schema.oneOf;
  if (forms) return fitting(random.of(forms), random, root, depth + 1);
  if (schema.allOf) return Object.assign({}, ...schema.allOf.map((part) => fitting(part, random, root, depth + 1))) as unknown;
  const type = Array.isArray(schema.type) ? random.of(schema.type) : schema.type;
  switch (type) {
    case 'object':
      return objectOf(schema, random, root, depth);
    case 'array':
      return Array.from({ length: (schema.minItems ?? 0) + random.below(3) }, () => fitting(schema.items ?? {}, random, root, depth + 1));
    case 'string':
      return textOf(schema, random);
    case 'integer':
      return Math.floor(numberOf(schema, random));
    case 'number':
      return Math.round(numberOf(schema, random) * 100) / 100;
    case 'boolean':
      return random.chance(0.5);
    case 'null':
      return null;
    default:
      return nasty(random);
  }
}

function resolve(ref: string, root: Schema): Schema {
  return ref === '#' ? root : (root.$defs?.[ref.split('/').at(-1) ?? ''] ?? {});
}

function objectOf({ properties = {}, required = [] }: Schema, random: Random, root: Schema, depth: number): object {
  const wanted = Object.entries(properties).filter(([key]) => required.includes(key) || (depth < 4 && random.chance(0.4)));
  return Object.fromEntries(wanted.map(([key, schema]) => [key, fitting(schema, random, root, depth + 1)]));
}

function textOf({ format, minLength = 0, maxLength = 40 }: Schema, random: Random): string {
  switch (format) {
    case 'uuid':
      return randomUUID();
    case 'date':
      return random.of(['2026-12-01', '2090-02-28', '1980-01-01']);
    case 'date-time':
      return random.of(['2026-12-01T01:00:00.000Z', '2090-01-01T00:00:00Z', '1980-01-01T00:00:00Z']);
    case 'email':
      return 'somebody@example.test';
    case 'uri':
      return random.of(['https://example.test/', ...INSIDE]);
    default: {
      const length = random.chance(0.2) ? maxLength : Math.min(maxLength, Math.max(minLength, 1 + random.below(12)));
      return random.of(['a', '中', "o'b ", '1']).repeat(length).slice(0, length);
    }
  }
}

function numberOf({ minimum = -10, maximum = 1_000 }: Schema, random: Random): number {
  return random.chance(0.3) ? random.of([minimum, maximum]) : minimum + random.next() * (maximum - minimum);
}
