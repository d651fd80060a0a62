/** Whether the disk of a folder has room for recordings: looked at again and again as long as somebody wants to know. */
import { statfs } from 'node:fs/promises';

const EVERY_MS = 1_000;

export interface FreeSpace {
  /** As it was when last looked. */
  readonly full: boolean;
  /** Looks now. */
  look(): Promise<void>;
  /** Looks every second until the returned function is called. @param changed it has become full, or has room again */
  watch(changed: () => void): () => void;
}

/** @param least bytes that have to be free */
export function createFreeSpace(folder: string, least: number): FreeSpace {
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  let full = false;

  const look = async (): Promise<void> => {
    // What cannot be asked is left to those who write.
    const { bavail, bsize } = await statfs(folder).catch(() => ({ bavail: Infinity, bsize: 1 }));
    const now = bavail * bsize < least;
    if (now === full) return;
    full = now;
    for (const listener of [...listeners]) listener();
  };
  return {
    get full() {
      return full;
    },
    look,
    watch(changed) {
      listeners.add(changed);
      timer ??= setInterval(() => void look(), EVERY_MS).unref();
      return () => {
        if (!listeners.delete(changed) || listeners.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}
