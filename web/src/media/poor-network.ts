/** Notices that one way of the own network has been poor for so long that video should be given up for sound. */

/** Level that counts as poor (`quality:changed`: 1 bad), level that ends a bad spell (3 good), and how much of it is too much, in ms. */
const POOR_LEVEL = 1;
const GOOD_LEVEL = 3;
export const POOR_FOR_MS = 8_000;
/** When it is looked at again in ms, after nothing could be given up: a page that comes back has no video for a moment. */
export const AGAIN_MS = 2_000;
/** How long a level tells of what was before something was done, in ms: levels rise late. */
export const FOLLOWS_MS = 5_000;

export interface PoorNetworkWatch {
  /** Takes the newest level, 0 to 4. 0 is "no data" and changes nothing. */
  report(level: number): void;
  /** Stops the clock while nothing is measured: a network that is far too slow breaks the connection, too. */
  pause(): void;
  /** Forgets what was seen, after something was done about it. The next spell is longer by the time that levels take to follow. */
  reset(): void;
}

/**
 * Calls `onPoor` once per bad spell, after `POOR_FOR_MS` of poor levels, and again while it stays poor until that says
 * that something was done about it. A network that is far too slow goes up and down
 * between poor and weak, as video starves and gives way: weak stops the clock, only good sets it back. A spell may begin
 * with the visit: a poor start is as bad as a poor end.
 */
export function watchPoorNetwork(onPoor: () => boolean): PoorNetworkWatch {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let left = POOR_FOR_MS;
  let since = 0;
  function pause(): void {
    if (timer === undefined) return;
    clearTimeout(timer);
    timer = undefined;
    left -= performance.now() - since;
  }
  function reset(until = POOR_FOR_MS): void {
    pause();
    left = until;
  }
  function start(): void {
    since = performance.now();
    timer = setTimeout(poor, left);
  }
  function poor(): void {
    timer = undefined;
    left = Infinity;
    if (onPoor()) return;
    left = AGAIN_MS;
    start();
  }
  return {
    report(level) {
      if (level >= GOOD_LEVEL) reset();
      else if (level > POOR_LEVEL) pause();
      else if (level === POOR_LEVEL && timer === undefined && left < Infinity) start();
    },
    pause,
    reset: () => reset(POOR_FOR_MS + FOLLOWS_MS),
  };
}
