/** Routers of this node for rooms of other nodes. */
import type { Config } from '#config/index.ts';
import { MediaError } from './errors.ts';
import { leastLoaded } from './least-loaded.ts';
import { openLocalEdge } from './local-edge.ts';
import type { LocalEdge } from './local-edge.ts';
import { newsReceiver, newsSender } from './news.ts';
import type { NewsSender } from './news.ts';
import { askNode } from './node-messages.ts';
import type { ConsumerEvent, EdgeNews, HomeNews, Received, ReceivingCall, ToEdge, ToHome } from './node-messages.ts';
import type { PipedData, PipedTrack, PipeAddress, PipeSettings, Upstream } from './pipe.ts';
import type { Receiving } from './receiving.ts';
import type { Emit } from './room-context.ts';
import { watchScore } from './score-watch.ts';
import type { MediaLog, MediaNodes } from './types.ts';
import type { WorkerPool } from './worker-pool.ts';

/** How long a home may take to answer, in ms. */
const ANSWER_MS = 3_000;
/** How often a home is asked whether it still wants its edges here, and how long it may keep silent, in ms. */
const ALIVE_EVERY_MS = 5_000;
const SILENCE_MS = 20_000;
/** How long what is left to say may take at the end, in ms. */
const FAREWELL_MS = 1_000;

interface Hosting {
  edgeId: string;
  homeId: string;
  roomId: string;
  edge: LocalEdge;
  /** Ends the use of the pipe that was made to try it. */
  tried: () => void;
  sender: NewsSender<HomeNews>;
  hear: (number: number, news: EdgeNews[]) => void;
  receiving: Map<string, { receiving: Receiving; unwatch: () => void }>;
  /** Receiving halves that are not wanted any more although they are just being made. */
  left: Set<string>;
}

export interface EdgeHostOptions {
  config: Config;
  log: MediaLog;
  pool: WorkerPool;
  nodes: MediaNodes;
  settings: PipeSettings;
}

export interface EdgeHost {
  /** @throws {MediaError} */
  answer(message: ToEdge, from: string): Promise<unknown>;
  nodeGone(nodeId: string): void;
  /** Sends everybody away who receives here for another node. */
  close(): Promise<void>;
}

export function createEdgeHost(options: EdgeHostOptions): EdgeHost {
  return new Host(options);
}

class Host implements EdgeHost {
  readonly #options: EdgeHostOptions;
  readonly #hosted = new Map<string, Hosting>();
  /** When each home was last heard of; `performance.now()`. */
  readonly #heardAt = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: EdgeHostOptions) {
    this.#options = options;
  }

  async answer(message: ToEdge, from: string): Promise<unknown> {
    this.#heardAt.set(from, performance.now());
    if (message.kind === 'open') return await this.#open(message, from);
    const hosting = this.#hosted.get(message.edgeId);
    if (message.kind === 'close') return hosting?.edge.close();
    if (!hosting) throw new MediaError('closed');
    switch (message.kind) {
      case 'receive':
        return await this.#receive(hosting, message);
      case 'call':
        return await called(hosting.receiving.get(message.receivingId)?.receiving, message.call);
      case 'grow':
        return hosting.edge.grow(message.from, message.cores);
      case 'edge-news':
        return hosting.hear(message.number, message.news);
      default:
        throw new TypeError(`no such message: ${JSON.stringify(message satisfies never)}`);
    }
  }

  async #open(message: Extract<ToEdge, { kind: 'open' }>, homeId: string): Promise<null> {
    const { pool, config, log, nodes, settings } = this.#options;
    const { edgeId, roomId, cost, share } = message;
    const used = [...this.#hosted.values()].filter((each) => each.roomId === roomId).map(({ edge }) => edge.workerIndex);
    const slot = this.#closed ? undefined : leastLoaded(pool, config, { used: new Set(used), cost, share });
    if (!slot) throw new MediaError('media_full');
    const sender = newsSender<HomeNews>(
      (number, news) => askNode(nodes, homeId, { kind: 'home-news', edgeId, number, news }, ANSWER_MS),
      () => this.#hosted.get(edgeId)?.edge.close(),
    );
    const upstream = remoteUpstream(nodes, homeId, edgeId, sender);
    const gone = (): void => {
      sender.send({ news: 'gone' });
    };
    const closed = (): void => this.#forget(edgeId);
    const emit: Emit = () => undefined;
    const edge = await openLocalEdge({ ...{ roomId, config, log, slot, emit, upstream, settings, gone, closed } });
    const hosting: Hosting = {
      ...{ edgeId, homeId, roomId, edge, sender, tried: () => undefined, receiving: new Map(), left: new Set() },
      hear: newsReceiver((news) => hearNews(hosting, news)),
    };
    this.#hosted.set(edgeId, hosting);
    this.#timer ??= setInterval(() => void this.#askHomes(), ALIVE_EVERY_MS).unref();
    try {
      hosting.tried = await edge.inlet.open();
    } catch (error) {
      log.warn({ err: error, roomId, nodeId: homeId }, 'a room of another node cannot come here: no packets get through');
      edge.close();
      throw error;
    }
    for (const track of message.tracks) edge.addTrack(track);
    for (const track of message.dataTracks) edge.addDataTrack(track);
    log.info({ roomId, nodeId: homeId, worker: slot.index, pid: slot.worker.pid }, 'a large room of another node goes on here');
    return null;
  }

  async #receive(hosting: Hosting, message: Extract<ToEdge, { kind: 'receive' }>): Promise<Received> {
    const { edge, sender, left } = hosting;
    const { receivingId, options, cost, share } = message;
    const emit: Emit = (news, ...[payload]) =>
      sender.send({ news: news as ConsumerEvent, receivingId, payload } as Extract<HomeNews, { news: ConsumerEvent }>);
    const receiving = await edge.receive(options, cost, share, emit);
    const tell = (score: number | undefined): void => sender.send({ news: 'score', receivingId, score: score ?? null });
    const watch = watchScore(receiving, tell);
    const over = (how: 'ended' | 'lost'): void => {
      watch.close();
      if (!hosting.receiving.delete(receivingId)) return;
      sender.send({ news: 'over', receivingId, how });
      receiving.close();
    };
    receiving.bind({ scoreChanged: watch.changed, ended: () => over('ended'), lost: () => over('lost') });
    hosting.receiving.set(receivingId, { receiving, unwatch: watch.close });
    await receiving.settled();
    hosting.tried();
    hosting.tried = () => undefined;
    if (left.delete(receivingId)) hearNews(hosting, { news: 'left', receivingId });
    if (receiving.closed) throw new MediaError('closed');
    return { transport: receiving.transport, consumers: receiving.infos(), dataConsumers: receiving.dataInfos() };
  }

  #forget(edgeId: string): void {
    const hosting = this.#hosted.get(edgeId);
    this.#hosted.delete(edgeId);
    for (const { unwatch } of hosting?.receiving.values() ?? []) unwatch();
    if (this.#hosted.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#heardAt.clear();
  }

  /** An edge whose end was not heard, or whose home does not answer, has nobody to live for. */
  async #askHomes(): Promise<void> {
    const homes = Map.groupBy(this.#hosted.values(), ({ homeId }) => homeId);
    await Promise.all([...homes].map(([homeId, hosted]) => this.#askHome(homeId, hosted)));
  }

  async #askHome(homeId: string, hosted: Hosting[]): Promise<void> {
    const message: ToHome = { kind: 'alive', edgeIds: hosted.map(({ edgeId }) => edgeId) };
    try {
      const wanted = new Set(await askNode<string[]>(this.#options.nodes, homeId, message, ANSWER_MS));
      this.#heardAt.set(homeId, performance.now());
      for (const { edgeId, edge } of hosted) if (!wanted.has(edgeId)) edge.close();
    } catch {
      if (performance.now() - (this.#heardAt.get(homeId) ?? 0) > SILENCE_MS) this.nodeGone(homeId);
    }
  }

  nodeGone(nodeId: string): void {
    for (const { homeId, edge } of [...this.#hosted.values()]) if (homeId === nodeId) edge.close();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#hosted.values()];
    for (const { edge } of all) edge.abandon();
    const said = Promise.all(all.map(({ sender }) => sender.flushed()));
    await Promise.race([said, new Promise((resolve) => setTimeout(resolve, FAREWELL_MS).unref())]);
    for (const { sender } of all) sender.close();
  }
}

function hearNews({ edge, receiving, left }: Hosting, news: EdgeNews): void {
  switch (news.news) {
    case 'track':
      return edge.addTrack(news.track);
    case 'data':
      return edge.addDataTrack(news.track);
    case 'paused':
      return edge.trackPaused(news.id, news.paused);
    case 'ended':
      return edge.removeTrack(news.id);
    case 'left': {
      const known = receiving.get(news.receivingId);
      receiving.delete(news.receivingId);
      known?.unwatch();
      if (known) known.receiving.close();
      else left.add(news.receivingId);
      return;
    }
    default:
      throw new TypeError(`no such news: ${JSON.stringify(news satisfies never)}`);
  }
}

/** @throws {MediaError} */
async function called(receiving: Receiving | undefined, call: ReceivingCall): Promise<unknown> {
  if (!receiving) throw new MediaError('closed');
  switch (call.name) {
    case 'connect':
      return await receiving.connect(call.dtlsParameters);
    case 'restartIce':
      return await receiving.restartIce();
    case 'pause':
    case 'resume':
      return await receiving[call.name](call.consumerIds);
    case 'display':
      return await receiving.display(call.displays);
    case 'setAudioOnly':
      return await receiving.setAudioOnly(call.audioOnly);
    default:
      throw new TypeError(`no such call: ${JSON.stringify(call satisfies never)}`);
  }
}

/** The home end of the pipes, over the bus. */
function remoteUpstream(nodes: MediaNodes, homeId: string, edgeId: string, sender: NewsSender<HomeNews>): Upstream {
  const ask = <T>(message: ToHome): Promise<T> => askNode<T>(nodes, homeId, message, ANSWER_MS);
  return {
    connect: (pipeId, address) => ask<PipeAddress>({ kind: 'connect', edgeId, pipeId, address }),
    pull: (pipeId, id) => ask<PipedTrack>({ kind: 'pull', edgeId, pipeId, id }),
    pullData: (pipeId, id) => ask<PipedData>({ kind: 'pull-data', edgeId, pipeId, id }),
    stop: (consumerId) => sender.send({ news: 'stop', consumerId }),
    want: (consumerId, layer) => sender.send({ news: 'want', consumerId, layer }),
    disconnect: (pipeId) => sender.send({ news: 'disconnect', pipeId }),
  };
}
