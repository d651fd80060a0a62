/** Bus between nodes of one process: the single node's own, and the reference for other implementations. */
import { type Answerer, createAnswerer } from './bus-answers.ts';
import { createBusRequests } from './bus-requests.ts';
import { RoomError } from './errors.ts';
import type { NodeBus } from './node-bus.ts';

/** Connects nodes by name. */
export interface MemoryBusHub {
  join(nodeId: string): NodeBus;
}

/** Makes a hub; every node of the test or process joins it once. Messages travel as text, as they would on a wire. */
export function createMemoryBusHub(): MemoryBusHub {
  const nodes = new Map<string, Answerer>();

  const join = (nodeId: string): NodeBus => {
    const requests = createBusRequests();
    return {
      nodeId,
      request(target, message, { deadlineMs, requestId }) {
        const answerer = nodes.get(target);
        if (!answerer) return Promise.reject(new RoomError('room_moved'));
        const key = `${target}/${requestId}`;
        return requests.wait(key, deadlineMs, () => {
          const received: unknown = JSON.parse(JSON.stringify(message));
          void answerer({ requestId, message: received, from: nodeId, deadlineMs }).then((text) => requests.answer(key, text));
        });
      },
      serve(handler) {
        if (nodes.has(nodeId)) throw new TypeError(`node ${nodeId} is served already`);
        nodes.set(nodeId, createAnswerer(handler));
      },
      close: async () => {
        nodes.delete(nodeId);
        requests.close();
      },
    };
  };
  return { join };
}
