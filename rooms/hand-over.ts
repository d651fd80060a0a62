/** Takes a node's rooms to other nodes before it stops: each is saved, given up, opened elsewhere with the next epoch, and its people are sent on. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { RoomError } from './errors.ts';
import type { NodeBus } from './node-bus.ts';
import type { Placement } from './placement.ts';
import type { Logger } from './ports.ts';

/** Rooms on their way at the same time. */
const AT_ONCE = 8;
/** How long the next owner has for opening a room, in ms. */
const OPEN_MS = 3_000;

export interface HandOverOptions {
  bus: NodeBus;
  placement: Pick<Placement, 'choose'>;
  log: Logger;
  /** Rooms that are open here, or are being opened. */
  open: () => string[];
  /** Saves a room and gives its lease up. @returns false when the lease could not be given up, or the room is not open */
  release: (roomId: string) => Promise<boolean>;
  /** Breaks the connections of a room's people, on whatever node, in the way after which they come back by themselves. */
  recycle: (roomId: string) => void;
}

export interface HandOver {
  /**
   * Hands one room over.
   * @param to node; default: wherever the next room would be opened
   * @returns the node that has it now, or null when no other node takes rooms, or the lease or the other node did not answer: then whoever comes back opens it
   */
  room(roomId: string, to?: string): Promise<string | null>;
  /**
   * Hands every room over, those that are opened meanwhile too. Resolves at the latest after `limitMs`; never rejects.
   * @param signal begins no more of them; those on their way still go
   */
  all(limitMs: number, signal: AbortSignal): Promise<void>;
}

/** Asks a node to open a room. @returns the node that has it: that one, or another that was faster */
export async function openOn(bus: NodeBus, nodeId: string, roomId: string, deadlineMs: number): Promise<string> {
  const { owner } = (await bus.request(nodeId, { mode: 'open', roomId }, { deadlineMs, requestId: randomUUID() })) as { owner: string };
  return owner;
}

export function createHandOver({ bus, placement, log, open, release, recycle }: HandOverOptions): HandOver {
  const itself = new Set([bus.nodeId]);

  async function room(roomId: string, wanted?: string): Promise<string | null> {
    const to = wanted ?? placement.choose(itself);
    // Alone, it keeps its rooms to the end.
    if (to === null) return null;
    const given = await release(roomId);
    const opened = (): Promise<string> => openOn(bus, to, roomId, OPEN_MS);
    const owner =
      given &&
      // Somebody may have asked it for the room while the lease was still here, and it answers with what it found then.
      (await opened()
        .then((found) => (found === bus.nodeId ? opened() : found))
        .catch((error: unknown) => {
          // Its subject may have ended, or its next owner be gone by now: people who come back find out.
          if (!(error instanceof RoomError) || error.code !== 'visit_ended')
            log.warn({ err: error, roomId, to }, 'room not opened elsewhere');
          return null;
        }));
    if (!owner) {
      // Who opens a room sends its people on; here nobody did.
      recycle(roomId);
      return null;
    }
    log.info({ roomId, to: owner }, 'room handed over');
    return owner;
  }

  async function all(limitMs: number, signal: AbortSignal): Promise<void> {
    const end = performance.now() + limitMs;
    const tried = new Set<string>();
    const next = (): string | undefined => (signal.aborted ? undefined : open().find((roomId) => !tried.has(roomId)));
    const work = async (): Promise<void> => {
      for (let roomId = next(); roomId !== undefined && performance.now() < end; roomId = next()) {
        tried.add(roomId);
        await room(roomId).catch((error: unknown) => log.warn({ err: error, roomId }, 'room not handed over'));
      }
    };
    const done = Promise.all(Array.from({ length: AT_ONCE }, work));
    await Promise.race([done, delay(limitMs, undefined, { ref: false })]);
  }

  return { room, all };
}
