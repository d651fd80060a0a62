/** A router of a room on another node, as its home sees it. */
import { randomUUID } from 'node:crypto';
import { MediaError } from './errors.ts';
import { newsReceiver, newsSender } from './news.ts';
import type { NewsSender } from './news.ts';
import { askNode } from './node-messages.ts';
import type { EdgeNews, HomeNews, Received, ToEdge, ToHome } from './node-messages.ts';
import { PipeOutlet } from './pipe-outlet.ts';
import type { PipeSettings } from './pipe.ts';
import type { Receiving } from './receiving.ts';
import { RemoteReceiving } from './remote-receiving.ts';
import type { Cost, RoomEdge } from './room-edge.ts';
import type { EdgeOwner } from './room-media.ts';
import type { ReceiveOptions } from './router-peers.ts';
import type { DataTrackOffer, TrackOffer } from './track.ts';
import type { MediaNodes } from './types.ts';

/** How long the other node may take, in ms: transports are made, and the first pipe is tried. */
const OPEN_MS = 4_500;
const ANSWER_MS = 3_000;
/** Whoever wants to speak waits for this. */
const GROW_MS = 1_000;

export interface RemoteEdgeOptions {
  nodes: MediaNodes;
  nodeId: string;
  owner: EdgeOwner;
  settings: PipeSettings;
  /** It is closed, by whomever. */
  gone(edge: RemoteEdge): void;
}

export class RemoteEdge implements RoomEdge {
  readonly id = randomUUID();
  readonly nodeId: string;
  readonly #options: RemoteEdgeOptions;
  readonly #outlet: PipeOutlet;
  readonly #receiving = new Map<string, RemoteReceiving>();
  readonly #sender: NewsSender<EdgeNews>;
  readonly #hear = newsReceiver<HomeNews>((news) => this.#news(news));
  /** When the other node was last heard of; `performance.now()`. */
  #heardAt = performance.now();
  #closed = false;

  constructor(options: RemoteEdgeOptions) {
    this.#options = options;
    this.nodeId = options.nodeId;
    this.#outlet = new PipeOutlet(options.owner.home, options.settings);
    this.#sender = newsSender(
      (number, news) => this.#ask({ kind: 'edge-news', number, news }),
      () => this.lost(),
    );
  }

  get closed(): boolean {
    return this.#closed;
  }

  get silentMs(): number {
    return performance.now() - this.#heardAt;
  }

  /** @throws {MediaError} `media_full` when no worker there can bear it, `media_unavailable` */
  async open(offers: { tracks: TrackOffer[]; dataTracks: DataTrackOffer[] }, cost: Cost, share: number): Promise<void> {
    try {
      await this.#ask({ kind: 'open', roomId: this.#options.owner.roomId, ...offers, cost, share }, OPEN_MS);
      if (this.#closed) throw new MediaError('closed');
    } catch (error) {
      this.close();
      throw error;
    }
  }

  async receive(options: ReceiveOptions, cost: Cost, share: number): Promise<Receiving> {
    if (this.#closed) throw new MediaError('closed');
    const receivingId = randomUUID();
    const receiving = new RemoteReceiving({
      peerId: options.peerId,
      emit: this.#options.owner.emit,
      call: (call) => this.#ask({ kind: 'call', receivingId, call }),
      closed: () => this.#left(receivingId),
    });
    this.#receiving.set(receivingId, receiving);
    try {
      receiving.opened(await this.#ask<Received>({ kind: 'receive', receivingId, options, cost, share }, OPEN_MS));
    } catch (error) {
      this.#left(receivingId);
      throw error;
    }
    if (receiving.closed) throw new MediaError('media_unavailable');
    return receiving;
  }

  #left(receivingId: string): void {
    if (this.#receiving.delete(receivingId)) this.#sender.send({ news: 'left', receivingId });
  }

  /** A node that does not answer keeps nobody from speaking: whether it is lost is found out elsewhere. */
  grow(from: string, cores: number): Promise<boolean> {
    return this.#ask<boolean>({ kind: 'grow', from, cores }, GROW_MS).catch(() => true);
  }

  addTrack(track: TrackOffer): void {
    this.#sender.send({ news: 'track', track });
  }

  addDataTrack(track: DataTrackOffer): void {
    this.#sender.send({ news: 'data', track });
  }

  trackPaused(id: string, paused: boolean): void {
    this.#sender.send({ news: 'paused', id, paused });
  }

  removeTrack(id: string): void {
    this.#sender.send({ news: 'ended', id });
  }

  /** The other node asks or tells something. */
  async answer(message: Exclude<ToHome, { kind: 'alive' }>): Promise<unknown> {
    this.heard();
    switch (message.kind) {
      case 'connect':
        return await this.#outlet.connect(message.pipeId, message.address);
      case 'pull':
        return await this.#outlet.pull(message.pipeId, message.id);
      case 'pull-data':
        return await this.#outlet.pullData(message.pipeId, message.id);
      case 'home-news':
        return this.#hear(message.number, message.news);
      default:
        throw new TypeError(`no such message: ${JSON.stringify(message satisfies never)}`);
    }
  }

  heard(): void {
    this.#heardAt = performance.now();
  }

  #news(news: HomeNews): void {
    switch (news.news) {
      case 'stop':
        return this.#outlet.stop(news.consumerId);
      case 'want':
        return this.#outlet.want(news.consumerId, news.layer);
      case 'disconnect':
        return this.#outlet.disconnect(news.pipeId);
      case 'gone':
        return this.lost();
      default:
        this.#receivingNews(news);
    }
  }

  #receivingNews(news: Extract<HomeNews, { receivingId: string }>): void {
    const receiving = this.#receiving.get(news.receivingId);
    if (news.news === 'over') this.#receiving.delete(news.receivingId);
    receiving?.hear(news);
  }

  /** The other node, its worker or the way to it is gone: whoever receives there has to receive elsewhere. */
  lost(): void {
    if (this.#closed) return;
    const all = [...this.#receiving.values()];
    this.close();
    for (const receiving of all) receiving.routerClosed(true);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#sender.close();
    this.#outlet.close();
    this.#receiving.clear();
    this.#options.gone(this);
    // The other node finds out by itself when this does not reach it.
    this.#ask({ kind: 'close' }).catch(() => undefined);
  }

  async #ask<T>(message: OmitEdge<ToEdge>, deadlineMs = ANSWER_MS): Promise<T> {
    const { nodes, nodeId } = this.#options;
    const answer = await askNode<T>(nodes, nodeId, { ...message, edgeId: this.id } as ToEdge, deadlineMs);
    this.heard();
    return answer;
  }
}

type OmitEdge<M> = M extends unknown ? Omit<M, 'edgeId'> : never;
