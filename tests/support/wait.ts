/** Waiting for conditions with a deadline, instead of sleeping for a guess. */
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Asks `condition` again and again until it answers something truthy, and returns that.
 * @param deadlineMs long enough for a machine that others keep busy; the error after it names `what` and carries the last fault of `condition`
 */
export async function until<T>(what: string, condition: () => T | Promise<T>, deadlineMs = 20_000, everyMs = 50): Promise<NonNullable<T>> {
  const end = performance.now() + deadlineMs;
  let fault: unknown;
  for (;;) {
    try {
      const answer = await condition();
      if (answer) return answer as NonNullable<T>;
      fault = undefined;
    } catch (error) {
      fault = error;
    }
    if (performance.now() > end) throw new Error(`Timed out after ${deadlineMs} ms waiting for ${what}`, { cause: fault });
    await sleep(everyMs);
  }
}
