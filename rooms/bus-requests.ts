/** The asking side of a node bus: requests that wait for their answers. */
import { readAnswer } from './bus-answers.ts';
import { RoomError } from './errors.ts';

/** Requests that may wait at once. */
const WAITING = 10_000;

export interface BusRequests {
  /**
   * Waits for the answer to a request. Requests of one id wait together.
   * @throws {RoomError} what the other side threw, `deadline`, `room_busy`, `shutting_down`
   */
  wait(key: string, deadlineMs: number, send: () => void): Promise<unknown>;
  /** An answer has come; one that nobody waits for (any more) is dropped. */
  answer(key: string, text: string): void;
  fail(key: string, error: unknown): void;
  close(): void;
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

export function createBusRequests(): BusRequests {
  const waiting = new Map<string, Set<Waiting>>();
  let count = 0;
  let closed = false;

  const settle = (key: string, how: (one: Waiting) => void): void => {
    for (const one of [...(waiting.get(key) ?? [])]) how(one);
  };
  const fail = (key: string, error: unknown): void => settle(key, ({ reject }) => reject(error));

  return {
    wait(key, deadlineMs, send) {
      if (closed) return Promise.reject(new RoomError('shutting_down'));
      if (count >= WAITING) return Promise.reject(new RoomError('room_busy'));
      return new Promise((resolve, reject) => {
        const mine = waiting.get(key) ?? new Set();
        const end = <T>(then: (value: T) => void): ((value: T) => void) => {
          return (value) => {
            clearTimeout(timer);
            if (!mine.delete(one)) return;
            count--;
            if (mine.size === 0) waiting.delete(key);
            then(value);
          };
        };
        const one: Waiting = { resolve: end(resolve), reject: end(reject) };
        const timer = setTimeout(() => one.reject(new RoomError('deadline')), deadlineMs);
        waiting.set(key, mine.add(one));
        count++;
        send();
      });
    },
    answer: (key, text) =>
      settle(key, ({ resolve, reject }) => {
        try {
          resolve(readAnswer(text));
        } catch (error) {
          reject(error);
        }
      }),
    fail,
    close() {
      closed = true;
      for (const key of [...waiting.keys()]) fail(key, new RoomError('shutting_down'));
    },
  };
}
