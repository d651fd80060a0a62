/** Something that ends at a moment which may still be moved. */

/** Longest delay that `setTimeout` takes, in ms. */
const MAX_DELAY = 2_147_483_647;

export interface Lifetime {
  /** Ends at this moment instead, however far away. @param time ms since 1970 */
  until(time: number): void;
  stop(): void;
}

/** @param over called once, when the time has come */
export function createLifetime(over: () => void): Lifetime {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stop = (): void => clearTimeout(timer);
  function until(time: number): void {
    stop();
    const left = time - Date.now();
    if (left <= 0) over();
    else timer = setTimeout(() => until(time), Math.min(left, MAX_DELAY)).unref();
  }
  return { until, stop };
}
