/** The media of one visit: survives reconnects, a replaced media worker and changed networks without the page noticing. */
import type { Device } from 'mediasoup-client';
import type { MediaSession, NotificationName, Notification, ProducerView } from '#rooms/protocol.ts';
import type { Request } from '../net/request.ts';
import { createStore, type Store } from '../store.ts';
import { createPublisher, type Publications, type Publisher, type PublisherHooks } from './publisher.ts';
import { createReceiver, type Receiver, type RemoteTrack } from './receiver.ts';
import { openTransport, type Link } from './transport.ts';
import { createTypingChannel, type TypingChannel } from './typing-channel.ts';
import { uplinkLoss, type UplinkLoss } from './uplink-loss.ts';

export interface Call {
  readonly tracks: Store<readonly RemoteTrack[]>;
  /** `broken` while a transport that worked is without a path. */
  readonly path: Store<'idle' | 'connected' | 'broken'>;
  /** Media session to name at the next join, or null when nothing can be kept. */
  sessionId(): string | null;
  /**
   * Takes over what a join, an admission or a restart answered: keeps the transports when the server kept them
   * (`resumed`), else makes everything anew and sends the same tracks again. Waits for the device by itself.
   */
  adopt(media: MediaSession | null, ownProducers: readonly ProducerView[]): void;
  /**
   * Gives the media session up and joins for another. After a network that was far too slow the server's estimate of the bandwidth
   * begins again in this way: it would climb for up to a minute, with a picture that stutters, however good the network has become.
   */
  renew(): void;
  /** Sends exactly these tracks, now and after every rebuild. */
  publish(publications: Publications): void;
  /** What the server says this seat sends. */
  seen(ownProducers: readonly ProducerView[]): void;
  /** Share of what is sent that is being lost, 0 to 1; null when nothing is known. */
  uplinkLoss(): Promise<number | null>;
  /** Tells the others whether the person at this page is typing. */
  readonly typing: Pick<TypingChannel, 'tell' | 'hush'>;
  /** Handles the media notifications; false when `name` is none. */
  notified<N extends NotificationName>(name: N, payload: Notification<N>): boolean;
  /** Closes the transports; remote tracks disappear. */
  drop(): void;
}

interface Session {
  id: string;
  recv: Link;
  receiver: Receiver;
  typing: TypingChannel;
  /** Made once receiving is under way; stays null for observers. */
  sending: { link: Link; publisher: Publisher; loss: UplinkLoss } | null;
}

export interface CallHooks extends PublisherHooks {
  request: Request;
  /** The media session is lost: join again to get another one. */
  broken(): void;
  typing(peerId: string): void;
}

type OpenLink = (direction: 'send' | 'recv', view: MediaSession['recv']) => Link;
interface SessionOptions {
  hooks: CallHooks;
  tracks: Store<readonly RemoteTrack[]>;
  /** What shall be sent now. */
  publications(): Publications;
}

/** Sending waits at most this long for receiving to be connected. */
const RECEIVE_FIRST_MS = 600;

/**
 * Runs steps that need the device, in their order: at once when it is there, else as soon as it is.
 * Without a device on this browser they are dropped; `failed` is told when it could not be loaded this time.
 */
function createDeviceQueue(load: () => Promise<Device | null>, failed: () => void) {
  let device: Device | null = null;
  let waiting: ((device: Device) => void)[] = [];
  async function fill(): Promise<void> {
    const loaded = await load().catch((error: unknown) => console.warn('device', error));
    const steps = waiting;
    waiting = [];
    device = loaded ?? null;
    if (loaded) for (const step of steps) step(loaded);
    else if (loaded === undefined && steps.length > 0) failed();
  }
  let filling: Promise<void> | null = fill();
  return {
    run(step: (device: Device) => void): void {
      if (device) return step(device);
      waiting.push(step);
      filling = (filling ?? Promise.resolve()).then(() => (waiting.length > 0 ? fill() : undefined));
    },
    clear(): void {
      waiting = [];
    },
  };
}

/** Makes both ways of a media session; sending begins once receiving is under way. */
function openSession(device: Device, media: MediaSession, openLink: OpenLink, options: SessionOptions): Session {
  const { hooks, tracks, publications } = options;
  const recv = openLink('recv', media.recv);
  const typing = createTypingChannel(() => session.sending?.link.transport ?? null, recv.transport, hooks.typing);
  const receiver = createReceiver(recv.transport, hooks.request, tracks);
  const session: Session = { id: media.id, recv, receiver, typing, sending: null };
  async function fill(): Promise<void> {
    // The SDP work of receiving goes first: somebody who comes in wants to see, and both ways share one thread.
    await receiver.adopt(media.consumers);
    if (media.consumers.length > 0) await connectedOrLate(recv);
    if (recv.transport.closed) return;
    typing.adopt(media.dataConsumers);
    if (!media.send) return;
    const link = openLink('send', media.send);
    session.sending = { link, publisher: createPublisher(device, link.transport, hooks.request, hooks), loss: uplinkLoss() };
    session.sending.publisher.publish(publications());
  }
  void fill();
  return session;
}

/**
 * Makes the call of a visit; it does nothing until `adopt`.
 * @param load gives the device; null: no media on this browser
 */
export function createCall(load: () => Promise<Device | null>, hooks: CallHooks): Call {
  const tracks = createStore<readonly RemoteTrack[]>([]);
  const path = createStore<'idle' | 'connected' | 'broken'>('idle');
  const device = createDeviceQueue(load, hooks.broken);
  let session: Session | null = null;
  let publications: Publications = {};

  function closeSession(): void {
    session?.sending?.link.close();
    session?.recv.close();
    session = null;
    path.set('idle');
  }
  function renew(): void {
    closeSession();
    hooks.broken();
  }
  function open(ready: Device, media: MediaSession): void {
    const openLink: OpenLink = (direction, view) =>
      openTransport(ready, direction, view, media.iceServers, {
        request: hooks.request,
        changed: () => path.set(pathOf(session)),
        broken: () => session?.id === media.id && renew(),
      });
    session = openSession(ready, media, openLink, { hooks, tracks, publications: () => publications });
  }

  return {
    tracks,
    path,
    sessionId: () => session?.id ?? null,
    adopt(media, ownProducers) {
      if (!media) return closeSession();
      device.run((ready) => {
        if (media.resumed && session?.id === media.id) return resume(session, media, ownProducers);
        closeSession();
        open(ready, media);
      });
    },
    renew,
    publish(next) {
      publications = next;
      session?.sending?.publisher.publish(next);
    },
    seen: (ownProducers) => session?.sending?.publisher.seen(ownProducers),
    uplinkLoss: () => lossOf(session),
    typing: { tell: () => session?.typing.tell(), hush: () => session?.typing.hush() },
    notified(name, payload) {
      const route = routes[name] as ((session: Session, payload: Notification<typeof name>) => void) | undefined;
      if (!route) return false;
      device.run(() => session && route(session, payload));
      return true;
    },
    drop() {
      device.clear();
      closeSession();
      tracks.set([]);
    },
  };
}

function connectedOrLate({ transport }: Link): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, RECEIVE_FIRST_MS);
    transport.on('connectionstatechange', (state) => {
      if (state !== 'connected') return;
      clearTimeout(timer);
      resolve();
    });
  });
}

/** The server kept the transports: repairs what was lost meanwhile. */
function resume({ receiver, sending, typing, recv }: Session, media: MediaSession, ownProducers: readonly ProducerView[]): void {
  void receiver.adopt(media.consumers);
  typing.adopt(media.dataConsumers);
  sending?.publisher.reconcile(ownProducers);
  // The connection broke, so the network may be another one now; a restart that was not needed does no harm.
  for (const link of [recv, sending?.link]) {
    link?.renew(media.iceServers).then(
      () => link.restart(),
      (error: unknown) => console.warn('ice servers', error),
    );
  }
}

async function lossOf(session: Session | null): Promise<number | null> {
  if (!session?.sending) return null;
  const { link, loss } = session.sending;
  return loss.look((await link.transport.getStats()).values());
}

function pathOf(session: Session | null): 'idle' | 'connected' | 'broken' {
  const states = [session?.recv, session?.sending?.link].map((link) => link?.transport.connectionState);
  if (states.some((state) => state === 'disconnected' || state === 'failed')) return 'broken';
  return states.includes('connected') ? 'connected' : 'idle';
}

const routes: { [N in NotificationName]?: (session: Session, payload: Notification<N>) => void } = {
  'consumer:created': ({ receiver }, { consumer }) => receiver.created(consumer),
  'consumer:closed': ({ receiver }, { consumerId }) => receiver.closed(consumerId),
  'consumer:changed': ({ receiver }, { consumerId, producerPaused }) => receiver.changed(consumerId, producerPaused),
  'producer:layers': ({ sending }, { producerId, maxSpatialLayer }) => sending?.publisher.limitLayers(producerId, maxSpatialLayer),
  'data-consumer:created': ({ typing }, { dataConsumer }) => typing.created(dataConsumer),
  'data-consumer:closed': ({ typing }, { dataConsumerId }) => typing.closed(dataConsumerId),
};
