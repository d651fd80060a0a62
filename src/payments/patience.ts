/** How long people wait for payment partners. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { ApiError } from '#src/errors.ts';
import { PartnerError } from '#src/partners/partner-error.ts';

/** Whether a partner could not be asked now, as opposed to a fault of ours. */
export const isPartnerAway = (error: unknown): boolean => error instanceof PartnerError || error instanceof ApiError;

/**
 * Waits for a partner for a while. What it says later has its effect all the same, and one that does not answer is asked by a job.
 * @throws what failed in time and was no partner's fault; later it is logged
 */
export async function inTime(ms: number, asked: Promise<unknown>, log: Pick<Logger, 'error'>): Promise<void> {
  const answered = new AbortController();
  let late = false;
  const work = asked
    .catch((error: unknown) => {
      if (isPartnerAway(error)) return;
      if (!late) throw error;
      log.error({ err: error }, 'partner was asked in vain');
    })
    .finally(() => answered.abort());
  const time = delay(ms, undefined, { signal: answered.signal }).then(
    () => void (late = true),
    () => undefined,
  );
  await Promise.race([work, time]);
}
