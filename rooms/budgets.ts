/** Token buckets: how much one connection or person may send. */

export interface Budget {
  /** Takes one; false when there is none left. */
  take(): boolean;
}

/**
 * A bucket that holds `size` and refills evenly.
 * @param perMs tokens that come back in one ms
 */
export function createBudget(size: number, perMs: number): Budget {
  let tokens = size;
  let at = performance.now();
  return {
    take() {
      const now = performance.now();
      tokens = Math.min(size, tokens + (now - at) * perMs);
      at = now;
      if (tokens < 1) return false;
      tokens -= 1;
      return true;
    },
  };
}

/** Counts per second; says when a bound was passed within one. Cheaper than a bucket: asked for every frame. */
export function createFloodGuard(perSecond: number): () => boolean {
  let count = 0;
  let since = performance.now();
  return () => {
    if (++count <= perSecond) return false;
    const now = performance.now();
    if (now - since < 1_000) return true;
    since = now;
    count = 1;
    return false;
  };
}
