/** The one place that decides whether a request is allowed, from what `protocol.ts` says about it. */
import { RoomError } from './errors.ts';
import { type RequestName, requests, type Role } from './protocol.ts';

/** Where a connection stands: nowhere yet, in a lobby, or in a room. */
export type Standing = { stage: 'connected' } | { stage: 'lobby' | 'room'; role: Role };

/** @throws {RoomError} `not_joined`, `in_lobby`, `forbidden` */
export function permit(name: RequestName, standing: Standing): void {
  const rule: { stage: string; roles?: readonly Role[] } = requests[name];
  if (rule.stage === 'connected') return;
  if (standing.stage === 'connected') throw new RoomError('not_joined');
  if (rule.stage === 'room' && standing.stage === 'lobby') throw new RoomError('in_lobby');
  if (rule.roles && !rule.roles.includes(standing.role)) throw new RoomError('forbidden');
}
