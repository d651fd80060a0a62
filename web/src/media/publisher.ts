/** Brings the producers of one send transport in line with the tracks that shall be sent. */
import type { Device } from 'mediasoup-client';
import type { Producer, ProducerOptions, Transport } from 'mediasoup-client/types';
import type { ProducerView, Source } from '#rooms/protocol.ts';
import { AGAIN_MS, insist, mayPass, type Request, RequestError } from '../net/request.ts';
import { reconcileProducers } from './reconcile.ts';
import type { SendData } from './transport.ts';
import { videoOptions } from './video-codec.ts';

export interface Publication {
  track: MediaStreamTrack;
  paused: boolean;
}
export type Publications = Partial<Record<Source, Publication>>;

export interface Publisher {
  /** Sends exactly these tracks from now on. */
  publish(next: Publications): void;
  /** After a rejoin: repairs what the server lost or never acknowledged. */
  reconcile(server: readonly ProducerView[]): void;
  /** Closes producers of a creation that the page gave up on: they would keep their source taken. */
  seen(server: readonly ProducerView[]): void;
  /** Sends no layer above this one; -1 sends none. */
  limitLayers(producerId: string, maxSpatialLayer: number): void;
}

interface Sent {
  id: string;
  producer: Producer;
  paused: boolean;
}

const SOURCES: readonly Source[] = ['microphone', 'camera', 'screen', 'screen-audio'];

function sendOptions(device: Device, source: Source, track: MediaStreamTrack): Partial<ProducerOptions<SendData>> {
  if (track.kind === 'audio') {
    const music = source === 'screen-audio';
    // On a full uplink fewer, longer packets: 50 a second cost more in headers than the sound itself.
    return { codecOptions: { opusFec: true, opusDtx: !music, opusStereo: music }, encodings: [{ adaptivePtime: true }] };
  }
  return { ...videoOptions(device.sendRtpCapabilities.codecs ?? [], source), codecOptions: { videoGoogleStartBitrate: 600 } };
}

export interface PublisherHooks {
  /** The server refused a track. */
  sendFailed(source: Source, code: string): void;
  /** The server paused a track while the page could not be told. */
  mutedByOther(source: Source): void;
}

interface Work {
  readonly device: Device;
  readonly transport: Transport;
  readonly request: Request;
  readonly hooks: PublisherHooks;
  readonly sent: Map<Source, Sent>;
  /** Refused for the moment, and tried again: told once for each wish. */
  readonly failing: Set<Source>;
  wanted: Publications;
  /** Tries again soon, for what refused it may pass. */
  later(): void;
}

/**
 * Makes a publisher. Changes run one after the other, so that quick clicks cannot cross; only the newest wish counts.
 */
export function createPublisher(device: Device, transport: Transport, request: Request, hooks: PublisherHooks): Publisher {
  let tail = Promise.resolve();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => enqueue(() => alignAll(work)), AGAIN_MS);
  };
  const work: Work = { device, transport, request, hooks, sent: new Map(), failing: new Set(), wanted: {}, later };
  function enqueue(step: () => Promise<void>): void {
    tail = tail.then(step).catch((error: unknown) => console.warn('publishing', error));
  }
  return {
    publish(next) {
      work.wanted = next;
      work.failing.clear();
      enqueue(() => alignAll(work));
    },
    reconcile(server) {
      enqueue(() => repair(work, server));
    },
    seen(server) {
      enqueue(() => closeOrphans(work, server));
    },
    limitLayers(producerId, maxSpatialLayer) {
      const sender = [...work.sent.values()].find(({ id }) => id === producerId)?.producer.rtpSender;
      if (sender) enqueue(() => limitEncodings(sender, maxSpatialLayer));
    },
  };
}

async function start({ device, transport, sent }: Work, source: Source, { track, paused }: Publication): Promise<void> {
  const producer = await transport.produce<SendData>({
    ...sendOptions(device, source, track),
    track,
    // Tracks belong to the local media, which also shows them; the pause state is the server's.
    stopTracks: false,
    disableTrackOnPause: false,
    appData: { source, paused },
  });
  sent.set(source, { id: producer.id, producer, paused });
}

async function stop({ sent, request, transport }: Work, source: Source, entry: Sent): Promise<void> {
  sent.delete(source);
  entry.producer.close();
  const payload = { producerId: entry.id };
  await request('producer:close', payload).catch((error: unknown) => {
    if (!mayPass(error)) throw error;
    // Nothing else waits for it; the source stays taken until then.
    insist(request, 'producer:close', () => (transport.closed ? null : payload)).catch(() => undefined);
  });
}

/** Brings one source in line with what is wanted. */
async function align(work: Work, source: Source): Promise<void> {
  const wish = work.wanted[source];
  const entry = work.sent.get(source);
  if (!wish) {
    if (entry) await stop(work, source, entry);
    return;
  }
  if (!entry) {
    if (wish.track.readyState === 'live') await start(work, source, wish);
    return;
  }
  if (entry.producer.track !== wish.track) await entry.producer.replaceTrack({ track: wish.track });
  if (entry.paused !== wish.paused) {
    await work.request(wish.paused ? 'producer:pause' : 'producer:resume', { producerId: entry.id });
    entry.paused = wish.paused;
  }
}

async function alignAll(work: Work): Promise<void> {
  const { transport, hooks, failing } = work;
  for (const source of SOURCES) {
    if (transport.closed) return;
    const aligned = align(work, source).then(() => void failing.delete(source));
    await aligned.catch((error: unknown) => {
      if (transport.closed) return;
      const code = error instanceof RequestError ? error.code : 'internal';
      console.warn('publishing', source, code, error);
      // After a lost connection the rejoin does it again; a closed producer is what was wanted.
      if (code === 'disconnected' || code === 'not_found') return;
      if (!failing.has(source)) hooks.sendFailed(source, code);
      if (!mayPass(error)) return;
      failing.add(source);
      work.later();
    });
  }
}

/** Brings the producers back in line with the server's list, then with what is wanted. */
async function repair(work: Work, server: readonly ProducerView[]): Promise<void> {
  const { sent } = work;
  const { lost, flipped } = reconcileProducers(sent, server);
  for (const source of lost) {
    sent.get(source)?.producer.close();
    sent.delete(source);
  }
  for (const source of flipped) {
    const entry = sent.get(source);
    if (entry) entry.paused = !entry.paused;
    const wish = work.wanted[source];
    if (!entry?.paused || !wish || wish.paused) continue;
    // Nobody on this page muted it, so somebody else did, and it must not be undone.
    work.wanted = { ...work.wanted, [source]: { ...wish, paused: true } };
    work.hooks.mutedByOther(source);
  }
  await closeOrphans(work, server);
  await alignAll(work);
}

/** Runs between other changes, so that every producer that the page knows of is in `sent`. */
async function closeOrphans(work: Work, server: readonly ProducerView[]): Promise<void> {
  const { unknown } = reconcileProducers(work.sent, server);
  if (unknown.length === 0 || work.transport.closed) return;
  await Promise.allSettled(unknown.map((producerId) => work.request('producer:close', { producerId })));
  await alignAll(work);
}

/**
 * Switches encodings on the sender itself: `producer.setMaxSpatialLayer` would renegotiate besides, which costs some
 * 20 ms in front of the first frame of somebody who just came in.
 */
async function limitEncodings(sender: RTCRtpSender, maxSpatialLayer: number): Promise<void> {
  const parameters = sender.getParameters();
  parameters.encodings.forEach((encoding, layer) => (encoding.active = layer <= maxSpatialLayer));
  await sender.setParameters(parameters);
}
