/** The matrix itself: what each cell should come to, and what it comes to. */
import type { InjectOptions } from 'fastify';
import { exampleOf } from '#src/plugins/code-samples.ts';
import type { TestApp } from '../app.ts';
import type { TestedRoute } from '../routes.ts';
import { type Identity, type Side, sides } from './identities.ts';
import { calls, paramsOf } from './requests.ts';
import { type Rule, rules, sensitive } from './rules.ts';
import type { Objects, World } from './world.ts';

/** What a call should come to. */
interface Expected {
  status: number;
  code?: string;
}

const REFUSALS: Partial<Record<Identity['kind'], Expected>> = {
  anonymous: { status: 401, code: 'unauthenticated' },
  expired: { status: 401, code: 'unauthenticated' },
  signedOut: { status: 401, code: 'session_revoked' },
  suspended: { status: 401, code: 'session_revoked' },
};

function expectedOf(rule: Rule, { kind, side: own }: Identity, side: Side): Expected {
  const success = { status: (rule.outcomes?.[kind] ?? rule.outcome)?.status ?? 200 };
  if (rule.open === 'anybody') return success;
  const unknown = REFUSALS[kind];
  if (unknown) return unknown;
  if (rule.open === 'identified' || rule.all?.includes(kind)) return success;
  if (rule.own?.includes(kind)) return own === side ? success : { status: rule.refusal ?? 404 };
  if (rule.strangers?.includes(kind)) return { status: rule.refusal ?? 404 };
  return { status: 403, code: 'forbidden' };
}

function requestOf({ method, url, path, schema }: TestedRoute, objects: Objects, { token, address }: Identity): InjectOptions {
  const { params = {}, query, headers, body = exampleOf(schema?.body) } = calls[`${method} ${path}`]?.(objects) ?? {};
  const values = { ...paramsOf(path, objects), ...params };
  return {
    method: method as InjectOptions['method'] & string,
    url: url.replaceAll(/:(\w+)/g, (_match, name: string) => encodeURIComponent(values[name] ?? '')),
    remoteAddress: address,
    headers: { ...headers, ...(token && { authorization: `Bearer ${token}` }) },
    ...(query && { query }),
    ...(body === undefined ? {} : { payload: body as object }),
  };
}

/** The same with what takes a fresh proof of who it is. */
function declared(name: string, rule: Rule, identity: Identity, side: Side): Expected {
  const expected = expectedOf(rule, identity, side);
  const refusedBefore = expected.status === 401 && expected.code !== undefined;
  const stale = !identity.fresh && sensitive.has(name) && !refusedBefore && expected.code !== 'forbidden';
  return stale ? { status: 403, code: 'step_up_required' } : expected;
}

class RolledBack extends Error {}

/** Sends a request whose effects are undone, and those of what comes before it. */
export async function tried({ app, database }: TestApp, request: InjectOptions | (() => Promise<InjectOptions>)) {
  let answer: Awaited<ReturnType<TestApp['app']['inject']>> | undefined;
  const attempt = database.transaction(async () => {
    answer = await app.inject(typeof request === 'function' ? await request() : request);
    throw new RolledBack();
  });
  await attempt.catch((error: unknown) => {
    if (!(error instanceof RolledBack)) throw error;
  });
  return answer!;
}

export interface Found {
  /** Cells that did not come out as declared, or that show what the asker may not see. */
  faults: string[];
  /** Routes that succeeded for somebody: refusals mean something only there. */
  witnessed: Set<string>;
}

/** Asks in every cell. @param wanted which cells, by their number; all by default */
export async function askAll(
  server: TestApp,
  world: World,
  routes: readonly TestedRoute[],
  wanted: (cell: number) => boolean = () => true,
): Promise<Found> {
  const found: Found = { faults: [], witnessed: new Set() };
  let cell = 0;
  // Nothing takes back what the end of a visit does to its guests.
  const last = ({ path }: TestedRoute): number => Number(path === '/consultations/{id}/end');
  for (const route of routes.toSorted((a, b) => last(a) - last(b)))
    for (const identity of world.identities)
      for (const side of sidesOf(route, identity)) if (wanted(cell++)) await ask(server, world, { route, identity, side }, found);
  return found;
}

/** To whom nothing belongs, both sides are others; and who is refused at the door gets no nearer to either. */
function sidesOf({ method, path }: TestedRoute, identity: Identity): readonly Side[] {
  const name = `${method} ${path}`;
  const rule = rules[name];
  const inside = !rule || sides.some((side) => declared(name, rule, identity, side).code === undefined);
  return identity.side && inside ? sides : [identity.side ?? sides[0]];
}

interface Cell {
  route: TestedRoute;
  identity: Identity;
  side: Side;
}

async function ask(server: TestApp, world: World, { route, identity, side }: Cell, { faults, witnessed }: Found): Promise<void> {
  const name = `${route.method} ${route.path}`;
  const rule = rules[name];
  if (!rule) return;
  const expected = declared(name, rule, identity, side);
  // Who is refused at the door changes nothing.
  const request = requestOf(route, world.objects[side], identity);
  const answer = await (expected.code ? server.app.inject(request) : tried(server, request));
  const cell = `${name} as ${identity.name} on ${side}`;
  const isJson = answer.headers['content-type']?.toString().startsWith('application/json');
  const code: string | undefined = isJson ? answer.json().error?.code : undefined;
  if (answer.statusCode !== expected.status || (expected.code && code !== expected.code))
    faults.push(`${cell}: ${answer.statusCode} ${code ?? ''} instead of ${expected.status} ${expected.code ?? ''}`);
  if (answer.statusCode < 300) witnessed.add(name);
  const may = (seenBy: readonly string[]): boolean => seenBy.includes(identity.name) || seenBy.includes(identity.kind);
  for (const mark of world.marks) if (answer.body.includes(mark.text) && !may(mark.seenBy)) faults.push(`${cell} shows: ${mark.name}`);
}
