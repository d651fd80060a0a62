/** Pipes between two routers: what both ends have in common. Packets go from worker to worker; nothing of them passes Node. */
import type { types } from 'mediasoup';
import { SOCKET_BUFFER_BYTES } from './listen.ts';
import type { ProducerMedia } from './producer-media.ts';

/** How the pipes of one edge are made; the same at both ends. */
export interface PipeSettings {
  /** Address to listen on, and what the other end is told instead of it. */
  listen: { ip: string; announced?: string; ports?: { min: number; max: number } };
  /** Whether packets leave this machine: then they are encrypted, and asked for again when they are lost. */
  remote: boolean;
}

/** Pipes within one node stay inside the machine. */
export const LOCAL_PIPES: PipeSettings = { listen: { ip: '127.0.0.1' }, remote: false };

/** Where one end of a pipe is reached, and the key of what it sends. */
export interface PipeAddress {
  ip: string;
  port: number;
  srtpParameters?: types.SrtpParameters;
}

/** A track that flows into a pipe. */
export interface PipedTrack {
  consumerId: string;
  rtpParameters: types.RtpParameters;
  paused: boolean;
}

/** A data channel that flows into a pipe. */
export interface PipedData {
  consumerId: string;
  sctpStreamParameters: types.SctpStreamParameters;
  label: string;
  protocol: string;
}

/** The home end of an edge's pipes, as the edge sees it: in this process or on another node. Calls that stop something never fail. */
export interface Upstream {
  /** Opens the home end of a pipe, towards its other end. @throws {MediaError} */
  connect(pipeId: string, edge: PipeAddress): Promise<PipeAddress>;
  /** Lets a track flow. @throws {MediaError} `not_found` when it has just ended */
  pull(pipeId: string, producerId: string): Promise<PipedTrack>;
  pullData(pipeId: string, dataProducerId: string): Promise<PipedData>;
  /** What was pulled is not needed any more. */
  stop(consumerId: string): void;
  /** Says which layer of a pulled track is wanted at most at the edge; -1: none. */
  want(consumerId: string, layer: number): void;
  disconnect(pipeId: string): void;
}

/** What is produced on the home router of a room. */
export interface HomeTracks {
  readonly router: types.Router;
  track(id: string): ProducerMedia | undefined;
}

export function openPipeTransport(router: types.Router, { listen, remote }: PipeSettings): Promise<types.PipeTransport> {
  const { ip, announced, ports } = listen;
  return router.createPipeTransport({
    listenInfo: {
      ...{ protocol: 'udp', ip, sendBufferSize: SOCKET_BUFFER_BYTES, recvBufferSize: SOCKET_BUFFER_BYTES },
      ...(announced && { announcedAddress: announced }),
      ...(ports && { portRange: ports }),
    },
    // For data channels, and to see whether packets get through at all.
    enableSctp: true,
    enableSrtp: remote,
    enableRtx: remote,
  });
}

export function pipeAddress({ tuple, srtpParameters }: types.PipeTransport): PipeAddress {
  return { ip: tuple.localAddress, port: tuple.localPort, ...(srtpParameters && { srtpParameters }) };
}

/** Sends to the other end. */
export async function connectPipe(transport: types.PipeTransport, { ip, port, srtpParameters }: PipeAddress): Promise<void> {
  await transport.connect({ ip, port, ...(srtpParameters && { srtpParameters }) });
}
