/** The answering side of a node bus: each request runs once, and its answer is repeated to whoever asks again. */
import { type ErrorBody, errorBody, fromErrorBody } from './error-body.ts';
import type { BusHandler } from './node-bus.ts';

/** Answers remembered for repetitions, per node. */
const REMEMBERED = 1_000;

/** @returns the answer to a request as text, for `readAnswer` at the other end */
export type Answerer = (requestId: string, message: unknown, from: string) => Promise<string>;

export function createAnswerer(handler: BusHandler): Answerer {
  const answers = new Map<string, Promise<string>>();
  const run = async (message: unknown, from: string): Promise<string> => {
    try {
      return JSON.stringify({ ok: true, value: await handler(message, from) });
    } catch (error) {
      return JSON.stringify({ ok: false, error: errorBody(error) });
    }
  };
  return (requestId, message, from) => {
    const key = `${from}/${requestId}`;
    const known = answers.get(key);
    if (known) return known;
    if (answers.size >= REMEMBERED) answers.delete(answers.keys().next().value as string);
    const answer = run(message, from);
    answers.set(key, answer);
    return answer;
  };
}

/** What the other side answered. @throws {RoomError} what it threw */
export function readAnswer(text: string): unknown {
  const answer = JSON.parse(text) as { ok: true; value?: unknown } | { ok: false; error: ErrorBody };
  if (answer.ok) return answer.value;
  throw fromErrorBody(answer.error);
}
