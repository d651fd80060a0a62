/** The media of one visit: survives reconnects, a replaced media worker and changed networks without the page noticing. */
import type { Device } from 'mediasoup-client';
import type { MediaSession, NotificationName, Notification, ProducerView, Source } from '#rooms/protocol.ts';
import type { Request } from '../net/socket.ts';
import { createStore, type Store } from '../store.ts';
import { createPublisher, type Publications, type Publisher } from './publisher.ts';
import { createReceiver, type Receiver, type RemoteTrack } from './receiver.ts';
import { openTransport, type Link } from './transport.ts';

export interface Call {
  readonly tracks: Store<readonly RemoteTrack[]>;
  /** `broken` while a transport that worked is without a path. */
  readonly path: Store<'idle' | 'connected' | 'broken'>;
  /** Media session to name at the next join, or null when nothing can be kept. */
  sessionId(): string | null;
  /**
   * Takes over what a join, an admission or a restart answered: keeps the transports when the server kept them
   * (`resumed`), else makes everything anew and sends the same tracks again.
   */
  adopt(media: MediaSession | null, ownProducers: readonly ProducerView[]): void;
  /** Sends exactly these tracks, now and after every rebuild. */
  publish(publications: Publications): void;
  /** Handles the media notifications; false when `name` is none. */
  notified<N extends NotificationName>(name: N, payload: Notification<N>): boolean;
  /** Closes the transports; remote tracks disappear. */
  drop(): void;
}

interface Session {
  id: string;
  send: Link | null;
  recv: Link;
  publisher: Publisher | null;
  receiver: Receiver;
}

export interface CallHooks {
  request: Request;
  /** The media session is lost: join again to get another one. */
  broken(): void;
  /** The server refused a track. */
  sendFailed(source: Source, code: string): void;
}

/** Makes the call of a visit; it does nothing until `adopt`. */
export function createCall(device: Device, hooks: CallHooks): Call {
  const tracks = createStore<readonly RemoteTrack[]>([]);
  const path = createStore<'idle' | 'connected' | 'broken'>('idle');
  let session: Session | null = null;
  let publications: Publications = {};

  function closeSession(): void {
    session?.send?.close();
    session?.recv.close();
    session = null;
    path.set('idle');
  }
  function openSession(media: MediaSession): Session {
    const link = (direction: 'send' | 'recv', view: MediaSession['recv']): Link =>
      openTransport(device, direction, view, media.iceServers, {
        request: hooks.request,
        changed: () => path.set(pathOf(session)),
        broken: () => {
          if (session?.id !== media.id) return;
          closeSession();
          hooks.broken();
        },
      });
    const send = media.send && link('send', media.send);
    const recv = link('recv', media.recv);
    const publisher = send && createPublisher(device, send.transport, hooks.request, hooks.sendFailed);
    return { id: media.id, send, recv, publisher, receiver: createReceiver(recv.transport, hooks.request, tracks) };
  }

  return {
    tracks,
    path,
    sessionId: () => session?.id ?? null,
    adopt(media, ownProducers) {
      if (!media) return closeSession();
      if (media.resumed && session?.id === media.id) return resume(session, media, ownProducers);
      closeSession();
      const opened = (session = openSession(media));
      // The SDP work of receiving goes first: somebody who comes in wants to see, and both ways share one thread.
      void opened.receiver.adopt(media.consumers).then(() => {
        if (session === opened) opened.publisher?.publish(publications);
      });
    },
    publish(next) {
      publications = next;
      session?.publisher?.publish(next);
    },
    notified(name, payload) {
      return route(session, name, payload);
    },
    drop() {
      closeSession();
      tracks.set([]);
    },
  };
}

/** The server kept the transports: repairs what was lost meanwhile. */
function resume({ receiver, publisher, recv, send }: Session, media: MediaSession, ownProducers: readonly ProducerView[]): void {
  void receiver.adopt(media.consumers);
  publisher?.reconcile(ownProducers);
  // The connection broke, so the network may be another one now; a restart that was not needed does no harm.
  recv.restart();
  send?.restart();
}

function pathOf(session: Session | null): 'idle' | 'connected' | 'broken' {
  const states = [session?.recv, session?.send].map((link) => link?.transport.connectionState);
  if (states.some((state) => state === 'disconnected' || state === 'failed')) return 'broken';
  return states.includes('connected') ? 'connected' : 'idle';
}

function route<N extends NotificationName>(session: Session | null, name: N, payload: Notification<N>): boolean {
  switch (name) {
    case 'consumer:created':
      session?.receiver.created((payload as Notification<'consumer:created'>).consumer);
      return true;
    case 'consumer:closed':
      session?.receiver.closed((payload as Notification<'consumer:closed'>).consumerId);
      return true;
    case 'consumer:changed': {
      const { consumerId, producerPaused } = payload as Notification<'consumer:changed'>;
      session?.receiver.changed(consumerId, producerPaused);
      return true;
    }
    case 'producer:layers': {
      const { producerId, maxSpatialLayer } = payload as Notification<'producer:layers'>;
      session?.publisher?.limitLayers(producerId, maxSpatialLayer);
      return true;
    }
    default:
      return false;
  }
}
