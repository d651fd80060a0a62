/** Bus between nodes of one process: the single node's own, and the reference for other implementations. */
import { type ErrorBody, errorBody, fromErrorBody } from './error-body.ts';
import { RoomError } from './errors.ts';
import type { BusHandler, NodeBus } from './node-bus.ts';

/** Answers remembered for repetitions, and requests that may wait, per node. */
const REMEMBERED = 1_000;
const WAITING = 10_000;

interface Answerer {
  answer(requestId: string, message: unknown, from: string): Promise<string>;
}

/** Connects nodes by name. */
export interface MemoryBusHub {
  join(nodeId: string): NodeBus;
}

/** Runs each request once and repeats its answer; answers travel as text, as they would on a wire. */
function createAnswerer(handler: BusHandler): Answerer {
  const answers = new Map<string, Promise<string>>();
  const run = async (message: unknown, from: string): Promise<string> => {
    try {
      return JSON.stringify({ ok: true, value: await handler(message, from) });
    } catch (error) {
      return JSON.stringify({ ok: false, error: errorBody(error) });
    }
  };
  return {
    answer(requestId, message, from) {
      const key = `${from}/${requestId}`;
      const known = answers.get(key);
      if (known) return known;
      if (answers.size >= REMEMBERED) answers.delete(answers.keys().next().value as string);
      const answer = run(message, from);
      answers.set(key, answer);
      return answer;
    },
  };
}

/** Makes a hub; every node of the test or process joins it once. */
export function createMemoryBusHub(): MemoryBusHub {
  const nodes = new Map<string, Answerer>();

  const join = (nodeId: string): NodeBus => {
    const waiting = new Set<(error: RoomError) => void>();
    let closed = false;

    const request: NodeBus['request'] = (target, message, { deadlineMs, requestId }) => {
      if (closed) return Promise.reject(new RoomError('shutting_down'));
      if (waiting.size >= WAITING) return Promise.reject(new RoomError('room_busy'));
      const answerer = nodes.get(target);
      if (!answerer) return Promise.reject(new RoomError('room_moved'));
      return new Promise((resolve, reject) => {
        const end = (): void => {
          clearTimeout(timer);
          waiting.delete(giveUp);
        };
        const giveUp = (error: RoomError): void => {
          end();
          reject(error);
        };
        const timer = setTimeout(() => giveUp(new RoomError('deadline')), deadlineMs);
        waiting.add(giveUp);
        void answerer.answer(requestId, JSON.parse(JSON.stringify(message)), nodeId).then((text) => {
          end();
          const answer = JSON.parse(text) as { ok: true; value?: unknown } | { ok: false; error: ErrorBody };
          if (answer.ok) resolve(answer.value);
          else reject(fromErrorBody(answer.error));
        });
      });
    };

    return {
      nodeId,
      request,
      serve(handler) {
        if (nodes.has(nodeId)) throw new TypeError(`node ${nodeId} is served already`);
        nodes.set(nodeId, createAnswerer(handler));
      },
      close: async () => {
        closed = true;
        nodes.delete(nodeId);
        for (const giveUp of [...waiting]) giveUp(new RoomError('shutting_down'));
      },
    };
  };
  return { join };
}
