/** What follows when nodes could not tell each other something, and can again. */
import type { Gateway } from './gateway.ts';
import type { Logger } from './ports.ts';
import type { RoomMessage } from './room-messages.ts';
import { channelName } from './session.ts';
import type { Supervisor } from './supervisor.ts';

export interface MeetAnewParts {
  supervisor: Supervisor<RoomMessage>;
  gateway: Gateway;
  log: Logger;
}

/**
 * Whoever's socket and room are on two nodes, this one and another, comes in anew and learns by that how it is; their media goes on.
 * @param nodeId this node
 */
export function meetAnew({ supervisor, gateway, log }: MeetAnewParts, nodeId: string): void {
  const elsewhere = [...gateway.visits()].filter((consultationId) => !supervisor.peek(consultationId));
  log.warn({ rooms: supervisor.size, elsewhere: elsewhere.length }, 'nodes may not have heard each other: people come in anew');
  for (const { mailbox } of supervisor.actors()) mailbox.tell({ kind: 'meet-anew', nodeId }, true);
  gateway.recycle(elsewhere.flatMap((id) => [channelName.room(id), channelName.lobby(id)]));
}
