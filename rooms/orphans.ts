/** People who are connected here, in rooms of a node that is gone: nobody would tell them, for their connections live. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Directory } from './directory.ts';
import type { Gateway } from './gateway.ts';
import type { Logger } from './ports.ts';
import { channelName } from './session.ts';
import { sideBySide } from './side-by-side.ts';

export interface OrphansOptions {
  directory: Pick<Directory, 'lookup'>;
  gateway: Pick<Gateway, 'visits' | 'recycle'>;
  /** Whether a room is open here. */
  open: (roomId: string) => boolean;
  /** Pause before those rooms are looked up again of which the directory did not say who has them, in ms. */
  pauseMs: number;
  log: Pick<Logger, 'warn'>;
}

export interface Orphans {
  /** Sends on who is in a room that this node had: they come back, and whoever they meet opens the room. Tries until the directory has told. */
  sendOn(goneId: string): Promise<void>;
  close(): void;
}

export function createOrphans({ directory, gateway, open, pauseMs, log }: OrphansOptions): Orphans {
  const over = new AbortController();
  const { signal } = over;

  async function look(roomId: string, goneId: string): Promise<void> {
    if (open(roomId)) return;
    const owner = await directory.lookup(roomId);
    if (!owner || owner.nodeId === goneId) gateway.recycle([channelName.room(roomId), channelName.lobby(roomId)]);
  }

  /** @returns those of which the directory did not say who has them */
  async function lookAll(roomIds: readonly string[], goneId: string): Promise<string[]> {
    const unknown: string[] = [];
    let cause: unknown;
    await sideBySide(roomIds, async (roomId) => {
      if (signal.aborted) return;
      await look(roomId, goneId).catch((error: unknown) => {
        unknown.push(roomId);
        cause = error;
      });
    });
    if (unknown.length > 0)
      log.warn({ err: cause, rooms: unknown.length, nodeId: goneId }, 'people of rooms whose node is gone not sent on yet');
    return unknown;
  }

  return {
    async sendOn(goneId) {
      let left = [...gateway.visits()];
      for (;;) {
        left = await lookAll(left, goneId);
        if (left.length === 0 || signal.aborted) return;
        await delay(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
        if (signal.aborted) return;
      }
    },
    close: () => over.abort(),
  };
}
