/** What comes from outside of the rooms to the actor of a room, wherever it is. */
import { RoomError } from './errors.ts';
import type { RoomMessage } from './room-messages.ts';
import type { AskOptions, Router } from './router.ts';

type Command = Extract<RoomMessage, { kind: 'end' | 'start' | 'close' | 'call' }>;

/** @throws {RoomError} what the room threw, or the way to it */
type SendCommand = (roomId: string, message: Command, options?: Pick<AskOptions, 'mayOpen'>) => Promise<void>;

export function createCommands(router: Pick<Router<RoomMessage>, 'ask'>, deadlineMs: number): SendCommand {
  return async (roomId, message, options = {}) => {
    const ask = (requestId: string): Promise<unknown> => router.ask(roomId, message, { deadlineMs, requestId, ...options });
    // A room that is just closing for want of people says that it moved; it opens again. As another question: who said so would repeat it.
    await ask(message.requestId).catch((error: unknown) => {
      if (error instanceof RoomError && error.code === 'room_moved') return ask(`${message.requestId}:again`);
      throw error;
    });
  };
}

/** Closes a room without opening it for that. */
export async function closeRoom(command: SendCommand, roomId: string, requestId: string): Promise<void> {
  await unlessClosed((mayOpen) => command(roomId, { kind: 'close', requestId }, { mayOpen }));
}

/** Asks a room without opening it for that. @returns null when it is not open */
export async function unlessClosed<T>(ask: (mayOpen: () => Promise<never>) => Promise<T>): Promise<T | null> {
  const notOpen = new RoomError('not_found');
  try {
    return await ask(() => Promise.reject(notOpen));
  } catch (error) {
    if (error === notOpen) return null;
    throw error;
  }
}
