/** Requests made from the schemas of a route and from one that it takes, and then broken. */
import type { InjectOptions } from 'fastify';
import { z } from 'zod';
import { exampleOf } from '#src/plugins/code-samples.ts';
import { calls, paramsOf } from '../access/requests.ts';
import type { Objects } from '../access/world.ts';
import type { TestedRoute } from '../routes.ts';
import type { Random } from './random.ts';
import { fitting, nasty, nastyText, type Schema } from './values.ts';

interface Draft {
  params: Record<string, string>;
  query: Record<string, string | string[]>;
  headers: Record<string, string>;
  body: unknown;
  /** In place of the body's JSON. */
  raw?: string | Buffer;
}

const schemas = new WeakMap<object, Schema>();

function schemaOf(schema: unknown): Schema | undefined {
  if (!(schema instanceof z.ZodType)) return undefined;
  const known = schemas.get(schema) ?? (z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema);
  schemas.set(schema, known);
  return known;
}

const RAW: (string | Buffer)[] = [
  ...['', ' ', '{', '}', 'null', '7', '"text"', '[]', '[[[[', '{"a":1,}', "{'a':1}", 'a=1&b=2', '\ufeff{}', '{"a":1}{"b":2}', '{"a":NaN}'],
  ...['['.repeat(30_000), `${'{"a":'.repeat(8_000)}1${'}'.repeat(8_000)}`, `{"a":${'9'.repeat(20_000)}}`, `"${'x'.repeat(66_000)}"`],
  ...['{"__proto__":{"polluted":true}}', '{"a":"\\ud800"}', '{"constructor":{"prototype":{"polluted":true}}}'],
  ...[Buffer.from([0xff, 0xfe, 0x00]), Buffer.from('{"a":"\xc3\x28"}', 'latin1'), Buffer.alloc(1_000)],
];
const TYPES = [
  ...['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data', 'multipart/form-data; boundary=x'],
  ...[
    'application/json; charset=utf-16',
    'application/octet-stream',
    'APPLICATION/JSON',
    'application/json, text/plain',
    'nonsense',
    'text/',
  ],
];
/** What headers may hold: no controls, no wide characters. */
const HEADERS: Record<string, readonly string[]> = {
  'idempotency-key': ['short', 'x'.repeat(200), 'with blanks in it', 'good-key-1', '../../etc', '__proto__'],
  range: ['bytes=0-0', 'bytes=-1', 'bytes=9-1', 'bytes=0-1,3-4', 'lines=1', 'bytes=0-99999999999999999999'],
  'x-request-id': ['short', 'x'.repeat(500), 'id with "quotes"', 'good-request-id'],
  accept: ['text/html', 'x', '*/*;q=nan'],
  authorization: ['Bearer', 'Bearer x.y.z', `Bearer ${'x'.repeat(9_000)}`, 'Basic YTpi', 'bearer  '],
  origin: ['null', 'https://evil.test', 'x'],
  referer: ['https://evil.test/page', 'x'],
  'content-length': [],
};
const PARAMS = ['x', '..%2f..%2fetc', '%00', '%ff', 'null', '0', '%F0%9F%98%80', 'x'.repeat(300), '__proto__', "'", '%25', 'me', 'all'];

type Break = (draft: Draft, route: TestedRoute, random: Random) => void;

/** Places in a value, its root included. */
type Path = (string | number)[];
function places(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null || path.length > 6) return [path];
  return [path, ...Object.entries(value).flatMap(([key, part]) => places(part, [...path, Array.isArray(value) ? Number(key) : key]))];
}

/** A copy with the part at `path` replaced; `undefined` removes it. */
function replaced(value: unknown, [key, ...rest]: Path, part: unknown): unknown {
  if (key === undefined) return part;
  const copy = (Array.isArray(value) ? [...(value as unknown[])] : { ...(value as object) }) as Record<string | number, unknown>;
  copy[key] = replaced(copy[key], rest, part);
  return copy;
}

const inBody =
  (make: (random: Random) => unknown): Break =>
  (draft, _route, random) => {
    draft.body = replaced(draft.body ?? {}, random.of(places(draft.body ?? {})), make(random));
  };

const breaks: readonly Break[] = [
  inBody(nasty),
  inBody(nasty),
  inBody(nastyText),
  inBody(() => undefined),
  (draft, _route, random) => {
    const key = random.of(['isAdmin', 'roles', 'userId', 'id', 'version', '$where', '\ud800', '', 'x'.repeat(1_000), 'toString']);
    if (typeof draft.body === 'object') draft.body = { ...draft.body, [key]: nasty(random) };
  },
  // What the schema knows and the example does not use.
  (draft, { schema }, random) => {
    const body = schemaOf(schema?.body);
    const made = body && fitting(body, random);
    if (!made || typeof made !== 'object') return;
    draft.body = random.chance(0.5) ? made : { ...(draft.body as object), ...made };
  },
  (draft, _route, random) => void (draft.raw = random.of(RAW)),
  (draft, _route, random) => void (draft.headers['content-type'] = random.of(TYPES)),
  (draft, _route, random) => {
    const names = Object.keys(draft.params);
    draft.params[random.of(names)] = random.of(PARAMS);
  },
  // A query of the schema, right or wrong.
  (draft, { schema }, random) => {
    const properties = Object.entries(schemaOf(schema?.querystring)?.properties ?? { page: {}, pageSize: {} });
    const [name, property] = random.of(properties);
    const value = () => {
      const made = random.chance(0.5) ? fitting(property, random) : nastyText(random);
      return typeof made === 'string' ? made : (JSON.stringify(made) ?? '');
    };
    draft.query[name] = random.chance(0.15) ? [value(), value()] : value();
  },
  (draft, _route, random) => void (draft.query[random.of(['__proto__', 'constructor', 'a[b]', 'x', ''])] = nastyText(random)),
  (draft, _route, random) => {
    const name = random.of(Object.keys(HEADERS));
    const value = random.of(HEADERS[name]!.length > 0 ? HEADERS[name]! : ['']);
    if (value) draft.headers[name] = value;
  },
];

/** @param objects of the side whose ids it names */
export function brokenRequest(route: TestedRoute, objects: Objects, random: Random): InjectOptions {
  const { method, path, schema, url } = route;
  const { params = {}, query = {}, headers = {}, body = exampleOf(schema?.body) } = calls[`${method} ${path}`]?.(objects) ?? {};
  const draft: Draft = { params: { ...paramsOf(path, objects), ...params }, query: { ...query }, headers: { ...headers }, body };
  for (let count = random.below(4); count > 0; count--) random.of(breaks)(draft, route, random);
  const isText = typeof draft.body === 'string' && headers['content-type'] !== undefined;
  const payload = draft.raw ?? (isText ? (draft.body as string) : draft.body === undefined ? undefined : JSON.stringify(draft.body));
  if (payload !== undefined) draft.headers['content-type'] ??= 'application/json';
  return {
    method: method as InjectOptions['method'] & string,
    url: `${url.replaceAll(/:(\w+)/g, (_match, name: string) => draft.params[name] ?? '')}${queryOf(draft.query)}`,
    headers: draft.headers,
    // A GET with a body is none.
    ...(payload === undefined || method === 'GET' ? {} : { payload }),
  };
}

function queryOf(query: Draft['query']): string {
  // Lone surrogates have no form in an address.
  const encoded = (text: string): string => encodeURIComponent(text.toWellFormed().slice(0, 2_000));
  const pairs = Object.entries(query).flatMap(([name, value]) => [value].flat().map((one) => `${encoded(name)}=${encoded(one)}`));
  return pairs.length > 0 ? `?${pairs.join('&')}` : '';
}
