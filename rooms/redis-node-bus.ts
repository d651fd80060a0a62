/** Node bus of a cluster: each node listens on a channel of its own in Redis. */
import type { Redis } from 'ioredis';
import { type Answerer, createAnswerer } from './bus-answers.ts';
import { createBusRequests } from './bus-requests.ts';
import { within } from './durable.ts';
import { RoomError } from './errors.ts';
import type { NodeBus } from './node-bus.ts';
import type { Logger } from './ports.ts';

export interface RedisNodeBusOptions {
  nodeId: string;
  /** Sends; fails commands at once while it is not connected. */
  pub: Redis;
  /** Listens. Shared with the Socket.IO adapter, so that an answer never overtakes what the room has sent before it. */
  sub: Redis;
  log: Pick<Logger, 'warn'>;
}

interface Question {
  kind: 'question';
  from: string;
  requestId: string;
  message: unknown;
  /** How long the sender waits, and asks again meanwhile. */
  deadlineMs?: number;
}

interface Answered {
  kind: 'answer';
  key: string;
  text: string;
}

/** Beginning of the names of channels. */
export const CHANNELS = 'wenzhen:node:';
const channelOf = (nodeId: string): string => CHANNELS + nodeId;

/**
 * What Redis loses, in a moment without connection for example, is sent again; the other side runs it once all the same.
 * In ms; a question has been answered long before on a good day.
 */
const RESEND_MS = 1_000;
/** How long joining waits for Redis, in ms. */
const SUBSCRIBE_MS = 1_000;

/** Joins the bus under a name. Both connections stay their owner's to close. */
export async function joinRedisBus({ nodeId, pub, sub, log }: RedisNodeBusOptions): Promise<NodeBus> {
  const requests = createBusRequests();
  let answerer: Answerer | null = null;

  const publish = (target: string, packet: Question | Answered): Promise<number> => pub.publish(channelOf(target), JSON.stringify(packet));

  const answer = async (question: Question): Promise<void> => {
    if (!answerer) return;
    const { from, requestId } = question;
    const text = await answerer(question);
    await publish(from, { kind: 'answer', key: keyOf(nodeId, requestId), text });
  };
  const receive = (channel: string, text: string): void => {
    if (channel !== channelOf(nodeId)) return;
    const packet = JSON.parse(text) as Question | Answered;
    if (packet.kind === 'answer') return requests.answer(packet.key, packet.text);
    // An answer that could not be sent is asked for again.
    answer(packet).catch((error: unknown) => log.warn({ err: error, to: packet.from }, 'answer to another node not sent'));
  };
  sub.on('message', receive);
  // Without Redis it is made up for when the connection comes.
  await within(sub.subscribe(channelOf(nodeId)), SUBSCRIBE_MS, 'deadline').catch(() => undefined);

  return {
    nodeId,
    request(target, message, { deadlineMs, requestId }) {
      const key = keyOf(target, requestId);
      const send = (): void => {
        publish(target, { kind: 'question', from: nodeId, requestId, message, deadlineMs }).then(
          (listeners) => listeners === 0 && requests.fail(key, new RoomError('room_moved')),
          () => undefined,
        );
      };
      const again = setInterval(send, RESEND_MS);
      return requests.wait(key, deadlineMs, send).finally(() => clearInterval(again));
    },
    serve(handler) {
      if (answerer) throw new TypeError(`node ${nodeId} is served already`);
      answerer = createAnswerer(handler);
    },
    async close() {
      requests.close();
      sub.off('message', receive);
      await within(sub.unsubscribe(channelOf(nodeId)), SUBSCRIBE_MS, 'deadline').catch(() => undefined);
    },
  };
}

const keyOf = (target: string, requestId: string): string => `${target}/${requestId}`;
