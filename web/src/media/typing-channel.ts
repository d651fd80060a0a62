/**
 * Data channels that tell who is typing: unordered and never repeated, because a late word about typing is of no use.
 * They open when somebody first types, so that a visit without chat pays nothing for them.
 */
import type { DataConsumer, DataConsumerOptions, DataProducer, Transport } from 'mediasoup-client/types';
import type { MediaSession } from '#rooms/protocol.ts';

type DataConsumerView = MediaSession['dataConsumers'][number];

export interface TypingChannel {
  /** Tells the others once; opens the channel at the first time. */
  tell(): void;
  /** Takes back what was not told yet: what was typed is sent. */
  hush(): void;
  /** Channels as the answer of a join lists them. */
  adopt(views: readonly DataConsumerView[]): void;
  created(view: DataConsumerView): void;
  closed(dataConsumerId: string): void;
}

const LABEL = 'typing';
const FIRST_AGAIN_MS = 1_000;

/**
 * @param sending transport to send over, null while there is none
 * @param heard told with the peer each time somebody says that they type
 */
export function createTypingChannel(sending: () => Transport | null, recv: Transport, heard: (peerId: string) => void): TypingChannel {
  const consumers = new Map<string, DataConsumer | null>();
  let opening: Promise<DataProducer> | null = null;
  let again: ReturnType<typeof setTimeout> | undefined;
  /** Grows whenever what is being told is of no use any more. */
  let hushed = 0;

  async function say(): Promise<void> {
    const transport = sending();
    if (!transport) return;
    const before = hushed;
    const first = opening === null;
    opening ??= transport.produceData({ ordered: false, maxRetransmits: 0, label: LABEL });
    const producer = await opening.catch((error: unknown) => {
      opening = null;
      throw error;
    });
    if (producer.readyState === 'connecting') await new Promise<void>((resolve) => producer.once('open', resolve));
    const send = (): void => {
      if (producer.readyState === 'open' && before === hushed) producer.send('1');
    };
    send();
    // The others get their end of the channel a moment after this one opened.
    if (first) again = setTimeout(send, FIRST_AGAIN_MS);
  }
  async function listen(view: DataConsumerView): Promise<void> {
    if (view.label !== LABEL || consumers.has(view.id)) return;
    consumers.set(view.id, null);
    const consumer = await recv.consumeData(view as DataConsumerOptions);
    // Closed by the server while the page made it.
    if (!consumers.has(view.id)) return consumer.close();
    consumers.set(view.id, consumer);
    consumer.on('message', () => heard(view.peerId));
  }
  const created = (view: DataConsumerView): void => void listen(view).catch((error: unknown) => console.debug('typing', error));
  function closed(id: string): void {
    consumers.get(id)?.close();
    consumers.delete(id);
  }
  return {
    tell: () => void say().catch((error: unknown) => console.debug('typing', error)),
    hush() {
      hushed += 1;
      clearTimeout(again);
    },
    adopt(views) {
      for (const id of consumers.keys()) if (!views.some((view) => view.id === id)) closed(id);
      views.forEach(created);
    },
    created,
    closed,
  };
}
