/** Asks a worker for signs of life: a frozen one emits nothing and answers nothing. */
import type { types } from 'mediasoup';

/** What one probe found. */
export interface Measurement {
  /** Share of one core since the probe before, 0 to 1 (a little above with threads). */
  cpu: number;
}

interface WatchOptions {
  intervalMs: number;
  /** Longest silence, counted from the last answer. */
  timeoutMs: number;
  measured(measurement: Measurement): void;
  /** Called once; watching ends with it. */
  silent(): void;
}

/** A timer that fires this much late says that our own process stood still, not the worker. */
const OWN_STALL_MS = 250;

/**
 * Calls back after `ms`, but gives answers that wait in the socket a chance: after a stall of our own, timers run before
 * they are read.
 * @returns cancels
 */
function fairDeadline(ms: number, expired: () => void): () => void {
  const due = performance.now() + ms;
  let timer = setTimeout(() => {
    const late = performance.now() - due;
    timer = setTimeout(expired, late > OWN_STALL_MS ? OWN_STALL_MS : 0).unref();
  }, ms).unref();
  return () => clearTimeout(timer);
}

/** @returns ends watching */
export function watchWorker(worker: types.Worker, options: WatchOptions): () => void {
  const { intervalMs, timeoutMs } = options;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let cancelDeadline = () => {};
  let before: { at: number; usedMs: number } | undefined;

  const stop = () => {
    stopped = true;
    clearTimeout(timer);
    cancelDeadline();
  };

  const probe = async (): Promise<void> => {
    // The last answer is one interval old already.
    cancelDeadline = fairDeadline(Math.max(timeoutMs - intervalMs, intervalMs), () => {
      if (stopped) return;
      stop();
      options.silent();
    });
    const usage = await worker.getResourceUsage();
    cancelDeadline();
    if (stopped) return;
    const now = { at: performance.now(), usedMs: usage.ru_utime + usage.ru_stime };
    if (before && now.at > before.at) options.measured({ cpu: (now.usedMs - before.usedMs) / (now.at - before.at) });
    before = now;
    again();
  };

  const again = () => {
    timer = setTimeout(run, intervalMs).unref();
  };
  // A rejection means that the worker died: 'died' tells, and watching is over.
  const run = () => void probe().catch(stop);
  run();
  return stop;
}
