/**
 * The edge end of the pipes of a room. Tracks are offered by the home router and brought here when somebody wants them;
 * what nobody receives any more is closed, and the pipe with the last of it.
 */
import { randomUUID } from 'node:crypto';
import type { types } from 'mediasoup';
import { MediaError } from './errors.ts';
import { answer } from './faults.ts';
import { connectPipe, openPipeTransport, pipeAddress } from './pipe.ts';
import type { PipeSettings, Upstream } from './pipe.ts';
import { pipedDataTrack, pipedTrack } from './piped-track.ts';
import type { OfferedTrack } from './piped-track.ts';
import type { DataTrack, DataTrackOffer, Track, TrackOffer } from './track.ts';

/** How long the first packets may take through a pipe to another node, in ms: the association of its data channels. */
const PIPE_PATIENCE_MS = 3_000;

/** The last stream that there is: tracks count from the first. */
const PROBE_STREAM = { streamId: 65_534, ordered: true };

/** A pipe that is open. */
export interface Pipe {
  id: string;
  transport: types.PipeTransport;
}

export interface InletOptions {
  router: types.Router;
  upstream: Upstream;
  settings: PipeSettings;
}

export class PipeInlet {
  readonly #options: InletOptions;
  readonly #tracks = new Map<string, OfferedTrack>();
  readonly #dataTracks = new Map<string, { ended(): void }>();
  /** The pipe that is open or being opened. */
  #pipe: Promise<Pipe> | undefined;
  /** Tracks that are in the pipe or on their way into it. */
  #users = 0;
  #closed = false;

  constructor(options: InletOptions) {
    this.#options = options;
  }

  /** A track is produced at home. */
  offer(info: TrackOffer): Track {
    const track = pipedTrack(this.#context(), info);
    this.#tracks.set(info.id, track);
    return track;
  }

  offerData(info: DataTrackOffer): DataTrack {
    const track = pipedDataTrack(this.#context(), info);
    this.#dataTracks.set(info.id, track);
    return track;
  }

  changed(id: string, paused: boolean): void {
    this.#tracks.get(id)?.setPaused(paused);
  }

  /** It ended at home. */
  withdraw(id: string): void {
    this.#tracks.get(id)?.ended();
    this.#tracks.delete(id);
    this.#dataTracks.get(id)?.ended();
    this.#dataTracks.delete(id);
  }

  /**
   * Opens the pipe before anybody needs it, to see whether it can be.
   * @returns to be called once, when somebody may have taken something
   * @throws {MediaError} `media_unavailable`
   */
  async open(): Promise<() => void> {
    try {
      await this.#use();
    } catch (error) {
      this.#unuse();
      throw error;
    }
    return () => this.#unuse();
  }

  /** The router is closing. */
  close(): void {
    this.#closed = true;
    for (const id of [...this.#tracks.keys(), ...this.#dataTracks.keys()]) this.withdraw(id);
  }

  #context() {
    return {
      upstream: this.#options.upstream,
      open: () => this.#use(),
      done: () => this.#unuse(),
    };
  }

  /** One more track needs the pipe. Followed by one `#unuse()`, also when it failed. */
  #use(): Promise<Pipe> {
    this.#users += 1;
    if (this.#closed) return Promise.reject(new MediaError('closed'));
    if (this.#pipe) return this.#pipe;
    const opening = this.#open();
    this.#pipe = opening;
    // A failure is not kept: the next one who needs it tries again.
    opening.catch(() => {
      if (this.#pipe === opening) this.#pipe = undefined;
    });
    return opening;
  }

  #unuse(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    const pipe = this.#pipe;
    this.#pipe = undefined;
    pipe?.then((opened) => this.#discard(opened)).catch(() => undefined);
  }

  #discard({ id, transport }: Pipe): void {
    transport.close();
    this.#options.upstream.disconnect(id);
  }

  async #open(): Promise<Pipe> {
    const { router, upstream, settings } = this.#options;
    const id = randomUUID();
    const transport = await answer(openPipeTransport(router, settings), () => router.closed);
    try {
      const home = await upstream.connect(id, pipeAddress(transport));
      await answer(connectPipe(transport, home), () => transport.closed);
      if (settings.remote) await reaches(transport, `${home.ip}:${home.port}`);
      return { id, transport };
    } catch (error) {
      this.#discard({ id, transport });
      throw error;
    }
  }
}

/** Waits until packets have come through both ways. @throws {MediaError} `media_unavailable` */
async function reaches(transport: types.PipeTransport, where: string): Promise<void> {
  // Without a data channel no association is made.
  const probe = await answer(transport.produceData({ sctpStreamParameters: PROBE_STREAM, label: 'probe' }), () => transport.closed);
  try {
    await associated(transport, where);
  } finally {
    probe.close();
  }
}

async function associated(transport: types.PipeTransport, where: string): Promise<void> {
  if (transport.sctpState === 'connected') return;
  await new Promise<void>((resolve, reject) => {
    const failed = (): void => reject(new MediaError('media_unavailable', `no packets through a pipe to ${where}`));
    const timer = setTimeout(failed, PIPE_PATIENCE_MS);
    transport.on('sctpstatechange', (state) => {
      if (state !== 'connected' && state !== 'failed' && state !== 'closed') return;
      clearTimeout(timer);
      if (state === 'connected') resolve();
      else failed();
    });
    transport.observer.on('close', () => {
      clearTimeout(timer);
      failed();
    });
  });
}
