/** Records rooms: follows the tracks of the people it is told to, each by an ffmpeg of its own, which is started again when it crashes. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Config } from '#config/index.ts';
import { createFreeSpace, type FreeSpace } from './free-space.ts';
import { createPortPairs, type PortPairs } from './port-pairs.ts';
import { type RecordingProcess, startProcess } from './recording-process.ts';
import type {
  MediaLog,
  MediaTap,
  RecordedSegment,
  Recorder,
  RecorderFigures,
  RecordingFault,
  RoomMedia,
  RoomRecorder,
  TrackInfo,
} from './types.ts';

const run = promisify(execFile);
/** Pause before a track that failed is tried again, in ms; it doubles with each failure in a row. */
const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 5_000;
/** A process that lived so long was well, in ms. */
const WELL_MS = 5_000;
/** How much rarer key frames are asked for than pieces are due: a piece ends at the first key frame after its time. */
const KEY_FRAMES = 1.15;

const SILENCE = /^exit 0\b|timed out/;
/** What ffmpeg says when it cannot write. */
const NO_ROOM = /no space left|quota exceeded|file too large|read-only file system|input\/output error/i;
const MEGABYTE = 1_048_576;

interface Shared {
  config: Pick<Config, 'MEDIA_FFMPEG' | 'MEDIA_RECORDING_TRACKS' | 'MEDIA_RECORDING_SEGMENT_MS'>;
  log: MediaLog;
  folder: string;
  ports: PortPairs;
  space: FreeSpace;
  /** Tracks that are being recorded on this node. */
  running: Set<TrackRecording>;
  /** Recordings of which nothing can be kept at the moment. */
  faulty: Set<RoomRecording>;
  figures: Omit<RecorderFigures, 'tracks' | 'faulty'>;
}

export interface RecorderOptions {
  config: Shared['config'] & Pick<Config, 'MEDIA_RECORDING_PORTS' | 'MEDIA_RECORDING_FREE_MB'>;
  log: MediaLog;
  /** For pieces until they are stored. What a crash left there is taken away. */
  folder: string;
}

/** @throws when the folder cannot be made */
export async function createRecorder({ config, log, folder }: RecorderOptions): Promise<Recorder> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const ports = createPortPairs(config.MEDIA_RECORDING_PORTS ?? null);
  const space = createFreeSpace(folder, config.MEDIA_RECORDING_FREE_MB * MEGABYTE);
  const shared: Shared = { config, log, folder, ports, space, running: new Set(), faulty: new Set(), figures: { breaks: 0, lost: 0 } };
  let there = false;
  return {
    async unavailable() {
      there ||= await run(config.MEDIA_FFMPEG, ['-version']).then(
        () => true,
        () => false,
      );
      if (!there) return 'no_ffmpeg';
      await space.look();
      if (space.full) return 'no_space';
      return shared.running.size >= config.MEDIA_RECORDING_TRACKS ? 'busy' : null;
    },
    open: (options) => new RoomRecording(shared, options),
    figures: () => ({ tracks: shared.running.size, faulty: shared.faulty.size, ...shared.figures }),
    async close() {
      for (const track of shared.running) track.stop();
      await Promise.all([...shared.running].map((track) => track.ended));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

class RoomRecording implements RoomRecorder {
  readonly #shared: Shared;
  readonly #options: Parameters<Recorder['open']>[0];
  readonly #unwatch: () => void;
  readonly #tracks = new Map<string, TrackRecording>();
  /** Tracks that failed: not before this time of `performance.now()`. */
  readonly #failures = new Map<string, { count: number; until: number }>();
  readonly #ending = new Set<Promise<unknown>>();
  #media: RoomMedia | null = null;
  #peers: ReadonlySet<string> = new Set();
  #again: ReturnType<typeof setTimeout> | undefined;
  #fault: RecordingFault | null = null;
  #over = false;
  #discarded = false;

  constructor(shared: Shared, options: Parameters<Recorder['open']>[0]) {
    this.#shared = shared;
    this.#options = options;
    this.#unwatch = shared.space.watch(() => {
      this.#say(shared.space.full ? 'storage' : null);
      this.#look();
    });
  }

  use(media: RoomMedia): void {
    if (this.#media === media) return;
    this.#media = media;
    const look = (): void => {
      if (this.#media === media) this.#look();
    };
    media.on('tracksChanged', look);
    media.on('lost', look);
    this.#look();
  }

  follow(peerIds: readonly string[]): void {
    this.#peers = new Set(peerIds);
    this.#look();
  }

  async finish(): Promise<void> {
    this.#end();
    await Promise.all(this.#ending);
  }

  discard(): void {
    this.#discarded = true;
    this.#end();
  }

  #end(): void {
    this.#over = true;
    this.#unwatch();
    this.follow([]);
    clearTimeout(this.#again);
    this.#shared.faulty.delete(this);
  }

  /** Whether anything can be kept: tells when that changes. */
  #say(fault: RecordingFault | null): void {
    if (fault === this.#fault) return;
    this.#fault = fault;
    const { faulty, log } = this.#shared;
    // Of one that is over the last pieces are lost; nothing can be done about it any more.
    if (fault && !this.#over) faulty.add(this);
    else faulty.delete(this);
    log.warn({ recording: this.#options.name, fault }, fault ? 'a recording cannot be kept just now' : 'a recording can be kept again');
    this.#options.onFault?.(fault);
  }

  async #keep(segment: RecordedSegment): Promise<void> {
    if (this.#discarded) return;
    const kept = await this.#options.onSegment(segment);
    if (!kept) this.#shared.figures.lost++;
    this.#say(kept && !this.#shared.space.full ? null : 'storage');
  }

  /** Makes what is recorded what should be. */
  #look(): void {
    const media = this.#media;
    // The last of the disk is for everything else: calls and their chat go on.
    const { full } = this.#shared.space;
    if (full && this.#peers.size > 0) this.#say('storage');
    const open = media && !media.closed && !full ? media.tracks() : [];
    const wanted = new Map(open.filter(({ paused, peerId }) => !paused && this.#peers.has(peerId)).map((track) => [track.id, track]));
    for (const [id, track] of this.#tracks) {
      if (wanted.has(id)) continue;
      this.#tracks.delete(id);
      track.stop();
    }
    let soonest = Infinity;
    for (const [id, track] of wanted) {
      if (this.#tracks.has(id)) continue;
      const wait = (this.#failures.get(id)?.until ?? 0) - performance.now();
      if (wait > 0) soonest = Math.min(soonest, wait);
      else if (media && !this.#start(media, track)) soonest = Math.min(soonest, LONGEST_PAUSE_MS);
    }
    clearTimeout(this.#again);
    if (soonest < Infinity) this.#again = setTimeout(() => this.#look(), soonest).unref();
  }

  /** @returns false: there are as many as there may be */
  #start(media: RoomMedia, track: TrackInfo): boolean {
    const { running, config, log } = this.#shared;
    if (running.size >= config.MEDIA_RECORDING_TRACKS) {
      log.warn(
        { recording: this.#options.name, producerId: track.id },
        'a track is not recorded: MEDIA_RECORDING_TRACKS are recorded already',
      );
      return false;
    }
    const recording = new TrackRecording(this.#shared, media, track, (segment) => this.#keep(segment));
    running.add(recording);
    this.#tracks.set(track.id, recording);
    const began = performance.now();
    const end = recording.ended.then((fault) => {
      running.delete(recording);
      this.#ending.delete(end);
      if (this.#tracks.get(track.id) === recording) this.#tracks.delete(track.id);
      if (fault === null) return;
      const count = performance.now() - began > WELL_MS ? 1 : (this.#failures.get(track.id)?.count ?? 0) + 1;
      this.#failures.set(track.id, { count, until: performance.now() + Math.min(FIRST_PAUSE_MS * 2 ** (count - 1), LONGEST_PAUSE_MS) });
      // It ends by itself when nothing comes for ten seconds: a network that is away, a page that sends nothing.
      const silent = SILENCE.test(fault);
      if (!silent) this.#shared.figures.breaks++;
      if (NO_ROOM.test(fault)) this.#say('storage');
      log[silent ? 'debug' : 'warn'](
        { recording: this.#options.name, producerId: track.id, fault, count },
        'the recording of a track broke off',
      );
      this.#look();
    });
    this.#ending.add(end);
    return true;
  }
}

/** One track from the tap to the last piece. */
class TrackRecording {
  /** What went wrong, or null. */
  readonly ended: Promise<string | null>;
  #stopped = false;
  #tap: MediaTap | undefined;
  #process: RecordingProcess | undefined;

  constructor(shared: Shared, media: RoomMedia, track: TrackInfo, keep: (segment: RecordedSegment) => Promise<void>) {
    this.ended = this.#run(shared, media, track, keep).catch((error: unknown) =>
      this.#stopped || media.closed ? null : error instanceof Error ? error.message : String(error),
    );
  }

  /** No packet more from now on; what came is kept. */
  stop(): void {
    this.#stopped = true;
    this.#tap?.close();
    this.#process?.end();
  }

  async #run(
    { config, folder, ports }: Shared,
    media: RoomMedia,
    { id: producerId, peerId, kind, source }: TrackInfo,
    keep: (segment: RecordedSegment) => Promise<void>,
  ): Promise<string | null> {
    const port = await ports.take();
    const segmentMs = config.MEDIA_RECORDING_SEGMENT_MS;
    let keyFrames: ReturnType<typeof setInterval> | undefined;
    try {
      const tap = await media.tap(producerId, port);
      this.#tap = tap;
      if (this.#stopped) return null;
      const recording = await startProcess({
        ...{ ffmpeg: config.MEDIA_FFMPEG, folder: path.join(folder, randomUUID()), port, codec: tap.codec, kind, segmentMs },
        onPiece: async ({ path: file, fromMs, toMs }) => {
          if (tap.firstAt === null) return;
          await keep({ peerId, producerId, kind, source, startedAt: tap.firstAt + fromMs, durationMs: toMs - fromMs, path: file });
        },
      });
      this.#process = recording;
      const failed = this.#stopped ? null : await recording.listening().then(() => null, String);
      if (this.#stopped || failed !== null) recording.end();
      else {
        await tap.start();
        if (kind === 'video')
          keyFrames = setInterval(() => void tap.requestKeyFrame().catch(() => undefined), segmentMs * KEY_FRAMES).unref();
      }
      // Told to end because it did not listen, it has no fault of its own to tell.
      return (await recording.ended) ?? (this.#stopped ? null : failed);
    } finally {
      clearInterval(keyFrames);
      this.#tap?.close();
      this.#process?.end();
      await this.#process?.ended;
      ports.give(port);
    }
  }
}
