/** Filling workers with rooms whose packets flow at once, and what is watched meanwhile. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { types } from 'mediasoup';
import type { MediaServer, PeerMedia, RoomMedia } from '#sfu/index.ts';
import { cpuSeconds } from '../processes.ts';
import type { RtpLoad, Stream } from '../rtp/load.ts';
import { nullIfFull, plainTransport, sendCamera } from './ours.ts';
import { connectSink, receiverCapabilities } from './plain.ts';

/** Our window and the pool's are not the same second. */
export const TOLERANCE = 0.03;
/** Refused for this long, a worker is full. */
export const FULL_MS = 5_000;
const ASK_EVERY_MS = 50;
/** A worker that does not answer for this long is overloaded beyond measuring. */
export const ANSWER_MS = 5_000;

export interface Arrivals {
  senders: number;
  viewers: number;
}

/** Share of a core that a process used over about the last second, asked at any time. */
export function watchShare(pid: number) {
  const seen = [{ at: performance.now(), cpu: cpuSeconds(pid) }];
  const timer = setInterval(() => {
    seen.push({ at: performance.now(), cpu: cpuSeconds(pid) });
    if (seen.length > 5) seen.shift();
  }, 250);
  return {
    share: () => (cpuSeconds(pid) - seen[0]!.cpu) / Math.max(0.001, (performance.now() - seen[0]!.at) / 1000),
    stop: () => clearInterval(timer),
  };
}

/** Lets somebody in who only receives, as far as there is room. @param index of the transport, for the port of its sink */
export async function addViewer(room: RoomMedia, index: number): Promise<PeerMedia | null> {
  const options = { peerId: `viewer-${index}`, rtpCapabilities: receiverCapabilities, canSend: false, audioOnly: false };
  const peer = await room.addPeer(options).catch(nullIfFull);
  if (!peer) return null;
  await connectSink(plainTransport(peer.recv.id), index);
  await resume(peer);
  return peer;
}

/** Opens one room with everybody in it, as far as they are let in. @returns the number of streams that it added, or null when the server is full */
export async function openRoom(
  media: MediaServer,
  load: RtpLoad,
  arrivals: Arrivals,
  name: string,
  firstStream: number,
): Promise<number | null> {
  const room = await media.openRoom(name).catch(nullIfFull);
  if (!room) return null;
  const streams: Stream[] = [];
  const peers: PeerMedia[] = [];
  for (let index = 0; index < arrivals.senders + arrivals.viewers; index++) {
    const canSend = index < arrivals.senders;
    const options = { peerId: `peer-${index}`, rtpCapabilities: receiverCapabilities, canSend, audioOnly: false };
    const peer = await room.addPeer(options).catch(nullIfFull);
    if (!peer) break;
    if (canSend) streams.push(await sendCamera(peer, firstStream + streams.length));
    await connectSink(plainTransport(peer.recv.id), index);
    peers.push(peer);
  }
  await Promise.all(peers.map(resume));
  load.add(streams);
  return streams.length;
}

async function resume(peer: PeerMedia): Promise<void> {
  const ids = peer.consumers().map(({ id }) => id);
  if (ids.length > 0) await peer.resumeConsumers(ids);
}

/** How long the control channel of a worker takes to answer, in ms. */
export async function answerTimes(worker: types.Worker, seconds: number): Promise<number[]> {
  const times: number[] = [];
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) {
    const asked = performance.now();
    await Promise.race([worker.getResourceUsage(), sleep(ANSWER_MS)]);
    times.push(performance.now() - asked);
    await sleep(ASK_EVERY_MS);
  }
  return times;
}
