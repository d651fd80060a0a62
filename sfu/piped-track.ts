/** A track of another router, brought to this one when it is taken and as long as it is. */
import { MediaError } from './errors.ts';
import { answer } from './faults.ts';
import type { Upstream } from './pipe.ts';
import type { Pipe } from './pipe-inlet.ts';
import { producerMedia } from './producer-media.ts';
import type { ProducerMedia } from './producer-media.ts';
import type { DataTrack, DataTrackOffer, Track, TrackOffer } from './track.ts';

interface Context {
  upstream: Upstream;
  /** Has the pipe; each call is followed by one `done()`, also when it failed. */
  open(): Promise<Pipe>;
  done(): void;
}

export interface OfferedTrack extends Track {
  setPaused(paused: boolean): void;
  /** It is not produced any more. */
  ended(): void;
}

/** A thing that a pipe brings, for as long as somebody has taken it. */
interface Shared<T> {
  take(): Promise<T>;
  release(): void;
  /** It is not produced any more. */
  ended(): void;
  readonly closed: boolean;
  current(): Promise<T> | undefined;
}

/**
 * Brings something for the first who takes it, and ends it after the last. What brings and what ends it never overlap.
 * @param bring fetches it through the open pipe
 * @param end gives it back
 */
function shared<T>({ open, done }: Context, bring: (pipe: Pipe) => Promise<T>, end: (brought: T) => void): Shared<T> {
  let users = 0;
  let brought: Promise<T> | undefined;
  let before: Promise<unknown> = Promise.resolve();
  let closed = false;
  const make = async (): Promise<T> => {
    if (closed) throw new MediaError('closed');
    try {
      return await bring(await open());
    } catch (error) {
      done();
      throw error;
    }
  };
  const drop = (): void => {
    const last = brought;
    brought = undefined;
    const over = (made: T): void => {
      end(made);
      done();
    };
    if (last) before = last.then(over, () => undefined);
  };
  return {
    take() {
      users += 1;
      if (brought) return brought;
      const making = before.then(make);
      brought = making;
      // A failure is not kept.
      making.catch(() => {
        if (brought === making) brought = undefined;
      });
      return making;
    },
    release() {
      users -= 1;
      if (users === 0) drop();
    },
    ended() {
      closed = true;
      drop();
    },
    get closed() {
      return closed;
    },
    current: () => brought,
  };
}

/** Does what comes after a pull; whatever is pulled in vain is stopped again. */
async function received<T>(upstream: Upstream, consumerId: string, produce: () => Promise<T>) {
  const stop = (): void => upstream.stop(consumerId);
  try {
    return { made: await produce(), stop };
  } catch (error) {
    stop();
    throw error;
  }
}

export function pipedTrack(context: Context, info: TrackOffer): OfferedTrack {
  const { upstream } = context;
  const { id, peerId, source, kind, consumable, layers } = info;
  let { paused } = info;

  /** Makes the producer here flow as the one at home does. */
  const follow = async ({ producer }: ProducerMedia): Promise<void> => {
    while (!producer.closed && producer.paused !== paused) await (paused ? producer.pause() : producer.resume());
  };
  const bring = async ({ id: pipeId, transport }: Pipe) => {
    const { consumerId, ...pulled } = await upstream.pull(pipeId, id);
    return await received(upstream, consumerId, async () => {
      const producer = await answer(transport.produce({ id, kind, ...pulled }), () => transport.closed);
      const tell = { layers: (layer: number) => upstream.want(consumerId, layer), score: () => undefined };
      const media = producerMedia(producer, { peerId, source, layers, uplink: { lossy: false } }, tell);
      await follow(media);
      return media;
    });
  };
  const piped = shared(context, bring, ({ made, stop }) => {
    made.close();
    stop();
  });
  return {
    ...{ id, peerId, kind, consumable },
    get closed() {
      return piped.closed;
    },
    take: async () => (await piped.take()).made,
    release: () => piped.release(),
    setPaused(now) {
      paused = now;
      // It may close meanwhile.
      void piped
        .current()
        ?.then(({ made }) => follow(made))
        .catch(() => undefined);
    },
    ended: () => piped.ended(),
  };
}

export function pipedDataTrack(context: Context, { id, peerId }: DataTrackOffer): DataTrack & { ended(): void } {
  const { upstream } = context;
  const bring = async ({ id: pipeId, transport }: Pipe) => {
    const { consumerId, ...pulled } = await upstream.pullData(pipeId, id);
    return await received(upstream, consumerId, () => answer(transport.produceData({ id, ...pulled }), () => transport.closed));
  };
  const piped = shared(context, bring, ({ made, stop }) => {
    made.close();
    stop();
  });
  return {
    ...{ id, peerId },
    get closed() {
      return piped.closed;
    },
    take: () => piped.take(),
    release: () => piped.release(),
    ended: () => piped.ended(),
  };
}
