/** What nodes say to each other about rooms that span them. Plain JSON. */
import { MediaError, mediaErrors } from './errors.ts';
import type { MediaErrorCode } from './errors.ts';
import type { Size } from './layers.ts';
import type { PipeAddress } from './pipe.ts';
import type { Cost } from './room-edge.ts';
import type { ReceiveOptions } from './router-peers.ts';
import type { DataTrackOffer, TrackOffer } from './track.ts';
import type { ConsumerInfo, DataConsumerInfo, DtlsParameters, MediaNodes, RoomMediaEvents, TransportOptions } from './types.ts';

/** What is asked of one receiving half, with its arguments. */
export type ReceivingCall =
  | { name: 'connect'; dtlsParameters: DtlsParameters }
  | { name: 'restartIce' }
  | { name: 'pause' | 'resume'; consumerIds: readonly string[] }
  | { name: 'display'; displays: readonly ({ consumerId: string } & Size)[] }
  | { name: 'setAudioOnly'; audioOnly: boolean };

/** What an edge is told of its room, in order. */
export type EdgeNews =
  | { news: 'track'; track: TrackOffer }
  | { news: 'data'; track: DataTrackOffer }
  | { news: 'paused'; id: string; paused: boolean }
  | { news: 'ended'; id: string }
  | { news: 'left'; receivingId: string };

/** Room events that come from an edge. */
export type ConsumerEvent = Extract<
  keyof RoomMediaEvents,
  'consumerCreated' | 'consumerClosed' | 'consumerChanged' | 'dataConsumerCreated' | 'dataConsumerClosed'
>;

/** What a room is told by its edge, in order. */
export type HomeNews =
  | { [K in ConsumerEvent]: { news: K; receivingId: string; payload: RoomMediaEvents[K][0] } }[ConsumerEvent]
  | { news: 'score'; receivingId: string; score: number | null }
  | { news: 'over'; receivingId: string; how: 'ended' | 'lost' }
  | { news: 'stop'; consumerId: string }
  | { news: 'want'; consumerId: string; layer: number }
  | { news: 'disconnect'; pipeId: string }
  | { news: 'gone' };

/** Made of the home node's own words, to the node of an edge. */
export type ToEdge = { edgeId: string } & (
  | { kind: 'open'; roomId: string; tracks: TrackOffer[]; dataTracks: DataTrackOffer[]; cost: Cost; share: number }
  | { kind: 'receive'; receivingId: string; options: ReceiveOptions; cost: Cost; share: number }
  | { kind: 'call'; receivingId: string; call: ReceivingCall }
  /** Can everybody there receive one more track of this peer? Counts it if so. */
  | { kind: 'grow'; from: string; cores: number }
  | { kind: 'edge-news'; number: number; news: EdgeNews[] }
  | { kind: 'close' }
);

/** From the node of an edge to its home. */
export type ToHome =
  | { kind: 'connect'; edgeId: string; pipeId: string; address: PipeAddress }
  | { kind: 'pull' | 'pull-data'; edgeId: string; pipeId: string; id: string }
  | { kind: 'home-news'; edgeId: string; number: number; news: HomeNews[] }
  /** Which of these edges are still wanted? */
  | { kind: 'alive'; edgeIds: string[] };

export type NodeMessage = ToEdge | ToHome;

/** Answer to `receive`. */
export interface Received {
  transport: TransportOptions;
  consumers: ConsumerInfo[];
  dataConsumers: DataConsumerInfo[];
}

type Answer = { value: unknown } | { fault: MediaErrorCode; detail: string };

/** Makes an answer of what a handler does: expected faults keep their code on the way. */
export async function answered(work: Promise<unknown>): Promise<Answer> {
  try {
    return { value: (await work) ?? null };
  } catch (error) {
    if (error instanceof MediaError) return { fault: error.code, detail: error.message };
    throw error;
  }
}

/** @throws {MediaError} what the other node threw; `media_unavailable` when it does not answer */
export async function askNode<T>(nodes: MediaNodes, nodeId: string, message: NodeMessage, deadlineMs: number): Promise<T> {
  let answer: Answer;
  try {
    answer = (await nodes.request(nodeId, message, deadlineMs)) as Answer;
  } catch (error) {
    throw new MediaError('media_unavailable', 'another node does not answer', { cause: error });
  }
  if ('value' in answer) return answer.value as T;
  throw new MediaError(answer.fault in mediaErrors ? answer.fault : 'media_unavailable', answer.detail);
}
