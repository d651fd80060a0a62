/** Sees to it that every request is answered exactly once, whatever happens to what it asked for. */
import { type ErrorBody, errorBody } from './error-body.ts';
import { RoomError } from './errors.ts';

export type Answer = { ok: true; data: unknown } | { ok: false; error: ErrorBody };

/** The way back to one sender. Only the first call counts. */
export interface Sender {
  resolve(data: unknown): void;
  reject(error: unknown): void;
}

export interface Answers {
  /** @param ack what Socket.IO gave for the answer; a client that wants none has none */
  track(ack: ((answer: Answer) => void) | undefined, onError: (error: unknown) => void): Sender;
  close(): void;
}

const SWEEP_MS = 250;

/** @param deadlineMs later than any deadline further in, so that their answer comes first */
export function createAnswers(deadlineMs: number): Answers {
  const open = new Map<object, { expiresAt: number; sender: Sender }>();

  const sweep = setInterval(() => {
    const now = performance.now();
    // Oldest first: the map keeps the order of arrival.
    for (const { expiresAt, sender } of open.values()) {
      if (expiresAt > now) break;
      sender.reject(new RoomError('deadline'));
    }
  }, SWEEP_MS);
  sweep.unref();

  return {
    track(ack, onError) {
      const key = {};
      const settle = (answer: () => Answer): void => {
        if (!open.delete(key)) return;
        ack?.(answer());
      };
      const sender: Sender = {
        resolve: (data) => settle(() => ({ ok: true, data: data ?? {} })),
        reject: (error) =>
          settle(() => {
            onError(error);
            return { ok: false, error: errorBody(error) };
          }),
      };
      open.set(key, { expiresAt: performance.now() + deadlineMs, sender });
      return sender;
    },
    close: () => clearInterval(sweep),
  };
}
