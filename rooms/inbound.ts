/** From a packet to a request: is there such an event, is its payload what the protocol says. */
import type { z } from 'zod';
import { RoomError } from './errors.ts';
import { type RequestName, type RequestPayload, requests } from './protocol.ts';

const MAX_ISSUES = 5;
const MAX_TEXT = 120;

/** One request with the payload that belongs to its name. */
export type Inbound = { [N in RequestName]: { name: N; payload: RequestPayload<N> } }[RequestName];

export function isRequest(event: unknown): event is RequestName {
  return typeof event === 'string' && Object.hasOwn(requests, event);
}

/** @throws {RoomError} `unknown_event` */
export function eventName(event: unknown): RequestName {
  if (!isRequest(event)) throw new RoomError('unknown_event');
  return event;
}

/**
 * @param newer the sender may speak a newer minor version: fields that we do not know are left out instead of refused
 * @throws {RoomError} `invalid_payload`, whose details say where and what, and never repeat what was sent
 */
export function parse(name: RequestName, payload: unknown, newer = false): Inbound {
  const schema: z.ZodType = requests[name].request;
  const parsed = schema.safeParse(payload);
  if (parsed.success) return { name, payload: parsed.data } as Inbound;
  const { issues } = parsed.error;
  if (newer && issues.every(({ code }) => code === 'unrecognized_keys')) return parse(name, without(payload, issues));
  throw new RoomError('invalid_payload', issues.slice(0, MAX_ISSUES).map(describe));
}

/** A copy without the keys that nobody knows here. */
function without(payload: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
  const known = structuredClone(payload);
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    const holder = issue.path.reduce<unknown>((at, key) => (at as Record<PropertyKey, unknown>)[key], known) as Record<string, unknown>;
    for (const key of issue.keys) delete holder[key];
  }
  return known;
}

function describe(issue: z.core.$ZodIssue): { path: string; message: string } {
  const path = issue.path.map(String).join('.').slice(0, MAX_TEXT);
  // Zod names unknown keys in the message, and those are the sender's own text.
  const message = issue.code === 'unrecognized_keys' ? 'Unrecognized keys' : issue.message.slice(0, MAX_TEXT);
  return { path, message };
}
