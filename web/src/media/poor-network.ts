/** Notices that one way of the own network has been poor for so long that video should be given up for sound. */

/** Level that counts as poor (`quality:changed`: 1 bad) and how long it must last, in ms. */
const POOR_LEVEL = 1;
export const POOR_FOR_MS = 8_000;

export interface PoorNetworkWatch {
  /** Takes the newest level, 0 to 4. 0 is "no data" and changes nothing. */
  report(level: number): void;
  /** Forgets what was seen, for example after a reconnect. */
  reset(): void;
}

/** Calls `onPoor` once per bad spell. A spell may begin with the visit: a poor start is as bad as a poor end. */
export function watchPoorNetwork(onPoor: () => void): PoorNetworkWatch {
  let timer: ReturnType<typeof setTimeout> | undefined;
  function calm(): void {
    clearTimeout(timer);
    timer = undefined;
  }
  return {
    report(level) {
      if (level > POOR_LEVEL) calm();
      else if (level === POOR_LEVEL) timer ??= setTimeout(onPoor, POOR_FOR_MS);
    },
    reset: calm,
  };
}
