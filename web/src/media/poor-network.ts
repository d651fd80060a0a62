/** Notices that the own download has been poor for so long that video should be given up for sound. */

/** Level that counts as poor (`quality:changed`: 1 bad, 0 no data) and how long it must last, in ms. */
const POOR_LEVEL = 1;
export const POOR_FOR_MS = 8_000;

export interface PoorNetworkWatch {
  /** Takes the newest level, 0 to 4. */
  report(down: number): void;
  /** Forgets what was seen, for example after a reconnect. */
  reset(): void;
}

/** Calls `onPoor` once per bad spell. Levels before the first good one are ignored: at the start there is no data yet. */
export function watchPoorNetwork(onPoor: () => void): PoorNetworkWatch {
  let wasGood = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  function calm(): void {
    clearTimeout(timer);
    timer = undefined;
  }
  return {
    report(down) {
      if (down > POOR_LEVEL) {
        wasGood = true;
        calm();
      } else if (wasGood || down === POOR_LEVEL) timer ??= setTimeout(onPoor, POOR_FOR_MS);
    },
    reset() {
      wasGood = false;
      calm();
    },
  };
}
