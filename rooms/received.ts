/**
 * Messages to rooms as other nodes send them, which may run another minor version: what an older one leaves out gets its default, fields
 * that a newer one adds are left out, and what we do not know at all is refused with a code that its sender understands.
 */
import { RoomError } from './errors.ts';
import { isRequest, parse } from './inbound.ts';
import type { RoomMessage } from './room-messages.ts';

/** Everything but what an actor gets from itself and its node. */
const KINDS: Record<Exclude<RoomMessage['kind'], 'turn' | 'meet-anew'>, true> = {
  ...{ join: true, request: true, gone: true, 'node-gone': true, end: true, start: true, close: true, call: true, inspect: true },
};

/** @throws {RoomError} `unknown_event`, `invalid_payload` */
export function receivedMessage(value: unknown): RoomMessage {
  const message = value as RoomMessage;
  if (typeof message !== 'object' || message === null || !Object.hasOwn(KINDS, message.kind)) throw new RoomError('unknown_event');
  if (message.kind !== 'join' && message.kind !== 'request') return message;
  const name = message.kind === 'join' ? 'room:join' : message.name;
  if (!isRequest(name)) throw new RoomError('unknown_event');
  return { ...message, payload: parse(name, message.payload, true).payload } as RoomMessage;
}
