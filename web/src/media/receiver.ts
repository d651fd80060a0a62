/** Consumers of one receive transport. */
import type { Consumer, ConsumerOptions, Transport } from 'mediasoup-client/types';
import type { MediaSession, Source } from '#rooms/protocol.ts';
import { insist, type Request } from '../net/request.ts';
import type { Store } from '../store.ts';
import { reconcileConsumers } from './reconcile.ts';

type ConsumerView = MediaSession['consumers'][number];

export interface RemoteTrack {
  consumerId: string;
  peerId: string;
  source: Source;
  track: MediaStreamTrack;
  /** The sender muted it. */
  paused: boolean;
}

export interface Receiver {
  /**
   * Consumers as the answer of a join lists them: creates the missing, closes the others, resumes all.
   * Resolves, never rejects, when they can be shown.
   */
  adopt(views: readonly ConsumerView[]): Promise<void>;
  created(view: ConsumerView): void;
  closed(consumerId: string): void;
  changed(consumerId: string, producerPaused: boolean): void;
}

interface Work {
  readonly transport: Transport;
  readonly request: Request;
  readonly tracks: Store<readonly RemoteTrack[]>;
  readonly consumers: Map<string, Consumer>;
  readonly pauses: Map<string, boolean>;
  /** Ids that the server closed, perhaps before the page had made them. */
  readonly gone: Set<string>;
  /** `tracks` still holds those of an earlier media session. */
  stale: boolean;
}

/**
 * Makes a receiver.
 * @param tracks filled with what can be shown and played; tracks of an earlier media session stay until the first new ones are there
 */
export function createReceiver(transport: Transport, request: Request, tracks: Store<readonly RemoteTrack[]>): Receiver {
  const work: Work = { transport, request, tracks, consumers: new Map(), pauses: new Map(), gone: new Set(), stale: true };
  return {
    adopt: (views) => adopt(work, views),
    created(view) {
      void createAll(work, [view]).then((ids) => resume(work, ids));
    },
    closed: (consumerId) => drop(work, consumerId),
    changed: (consumerId, producerPaused) => setPaused(work, consumerId, producerPaused),
  };
}

async function adopt(work: Work, views: readonly ConsumerView[]): Promise<void> {
  const { gone, missing } = reconcileConsumers(work.consumers.keys(), views);
  for (const id of gone) drop(work, id);
  const known = views.filter((view) => work.consumers.has(view.id));
  for (const view of known) setPaused(work, view.id, view.producerPaused);
  const first = work.transport.connectionState === 'new';
  // Before the transport is connected nothing can arrive too early: resume in the same flight as the connect.
  resume(
    work,
    (first ? views : known).map((view) => view.id),
  );
  const ids = await createAll(work, missing);
  if (!first) resume(work, ids);
}

function resume({ request, transport, gone }: Work, consumerIds: string[]): void {
  const payload = (): { consumerIds: string[] } | null => {
    const left = consumerIds.filter((id) => !gone.has(id));
    return left.length === 0 || transport.closed ? null : { consumerIds: left };
  };
  // After a lost connection the rejoin resumes everything. Without another try somebody would never be heard.
  insist(request, 'consumer:resume', payload).catch((error: unknown) => console.warn('resume', error));
}

async function create(
  { transport, consumers, pauses }: Work,
  view: ConsumerView,
): Promise<{ view: ConsumerView; consumer: Consumer } | null> {
  pauses.set(view.id, view.producerPaused);
  // One stream per person and device pair (microphone with camera, screen with its sound) keeps lips and sound together.
  const streamId = `${view.peerId}:${view.source.startsWith('screen') ? 'screen' : 'self'}`;
  const { id, producerId, kind, rtpParameters } = view;
  try {
    const consumer = await transport.consume({ id, producerId, kind, rtpParameters, streamId } as ConsumerOptions);
    consumers.set(id, consumer);
    return { view, consumer };
  } catch (error) {
    if (!transport.closed) console.warn('consuming', view.source, error);
    return null;
  }
}

/** @returns ids of those that exist now and were not closed meanwhile */
async function createAll(work: Work, views: readonly ConsumerView[]): Promise<string[]> {
  const { transport, tracks, pauses, gone } = work;
  const made = (await Promise.all(views.map((view) => create(work, view)))).filter((entry) => entry !== null);
  if (transport.closed) return [];
  for (const { view, consumer } of made) if (gone.has(view.id)) consumer.close();
  const added = made
    .filter(({ view }) => !gone.has(view.id))
    .map(({ view: { id, peerId, source }, consumer }) => ({
      consumerId: id,
      peerId,
      source,
      track: consumer.track,
      paused: pauses.get(id) ?? false,
    }));
  const kept = work.stale ? [] : tracks.get();
  work.stale = false;
  tracks.set([...kept, ...added]);
  return added.map(({ consumerId }) => consumerId);
}

function drop({ consumers, gone, tracks }: Work, consumerId: string): void {
  gone.add(consumerId);
  consumers.get(consumerId)?.close();
  consumers.delete(consumerId);
  const rest = tracks.get().filter((track) => track.consumerId !== consumerId);
  if (rest.length < tracks.get().length) tracks.set(rest);
}

function setPaused({ pauses, tracks }: Work, consumerId: string, paused: boolean): void {
  pauses.set(consumerId, paused);
  const known = tracks.get().find((track) => track.consumerId === consumerId);
  if (!known || known.paused === paused) return;
  tracks.update((current) => current.map((track) => (track === known ? { ...track, paused } : track)));
}
