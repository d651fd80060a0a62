/** The answering side of a node bus: each request runs once, and its answer is repeated to whoever asks again. */
import { type ErrorBody, errorBody, fromErrorBody } from './error-body.ts';
import { RoomError } from './errors.ts';
import type { BusHandler } from './node-bus.ts';

/** How much longer than its sender waits an answer is remembered, in ms: a repetition may be on its way. */
const LINGER_MS = 1_000;
/** How long a sender waits who does not say, in ms: a node of a version of before. */
const UNSAID_MS = 20_000;
/** Requests in hand and remembered, and characters of the answers, per node. */
const MOST = 20_000;
const MOST_CHARACTERS = 8 * 1_048_576;

/** @returns the answer to a request as text, for `readAnswer` at the other end */
export type Answerer = (question: {
  requestId: string;
  message: unknown;
  from: string;
  deadlineMs?: number | undefined;
}) => Promise<string>;

interface Remembered {
  answer: Promise<string>;
  /** Length of the answer; null while it is worked out. */
  size: number | null;
  /** `performance.now()` */
  until: number;
}

export function createAnswerer(handler: BusHandler): Answerer {
  /** In the order in which they came. */
  const requests = new Map<string, Remembered>();
  let characters = 0;

  const run = async (message: unknown, from: string): Promise<string> => {
    try {
      return JSON.stringify({ ok: true, value: await handler(message, from) });
    } catch (error) {
      return refusal(error);
    }
  };
  /** What is answered and cannot be asked for again goes; when there is too much, the oldest answers go earlier. What is in hand stays. */
  const makeRoom = (): void => {
    const now = performance.now();
    for (const [key, { size, until }] of requests) {
      const much = requests.size >= MOST || characters > MOST_CHARACTERS;
      if (!much && until > now) return;
      if (size === null && until > now) continue;
      requests.delete(key);
      characters -= size ?? 0;
    }
  };
  return ({ requestId, message, from, deadlineMs = UNSAID_MS }) => {
    const key = `${from}/${requestId}`;
    const known = requests.get(key);
    if (known) return known.answer;
    makeRoom();
    if (requests.size >= MOST) return Promise.resolve(refusal(new RoomError('room_busy')));
    const answer = run(message, from);
    const remembered: Remembered = { answer, size: null, until: performance.now() + deadlineMs + LINGER_MS };
    requests.set(key, remembered);
    void answer.then(({ length }) => {
      if (requests.get(key) !== remembered) return;
      remembered.size = length;
      characters += length;
    });
    return answer;
  };
}

const refusal = (error: unknown): string => JSON.stringify({ ok: false, error: errorBody(error) });

/** What the other side answered. @throws {RoomError} what it threw */
export function readAnswer(text: string): unknown {
  const answer = JSON.parse(text) as { ok: true; value?: unknown } | { ok: false; error: ErrorBody };
  if (answer.ok) return answer.value;
  throw fromErrorBody(answer.error);
}
