/** Real packets of two made-up people through a real router into real ffmpegs; what they write is read by ffprobe. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createWorker } from 'mediasoup';
import type { types } from 'mediasoup';
import { mediaCodecs } from '#sfu/codecs.ts';
import { producerMedia } from '#sfu/producer-media.ts';
import { createRecorder } from '#sfu/recorder.ts';
import { openTap } from '#sfu/recording-tap.ts';
import type { RecordedSegment, Recorder, RoomMedia, TrackInfo } from '#sfu/types.ts';
import { contentTypeOf } from '#src/files/content-type.ts';
import { createMemoryLog } from '../support/memory-ports.ts';
import { canCreateNamespaces } from '../support/namespaces.ts';
import { recordersOf } from '../support/recorders.ts';
import { testConfig } from '../support/room-server.ts';
import { until } from '../support/wait.ts';

const run = promisify(execFile);
const SEGMENT_MS = 1_000;

let worker: types.Worker;
let router: types.Router;
let folder: string;
let recorder: Recorder;
const senders: ChildProcess[] = [];
const kept: (RecordedSegment & { copy: string })[] = [];

beforeAll(async () => {
  worker = await createWorker();
  router = await worker.createRouter({ mediaCodecs });
  folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-recorder-'));
  const config = testConfig({ MEDIA_RECORDING_SEGMENT_MS: String(SEGMENT_MS), MEDIA_RECORDING_TRACKS: '3' });
  recorder = await createRecorder({ config, log: createMemoryLog(), folder: path.join(folder, 'pieces') });
});
afterAll(async () => {
  await recorder?.close();
  const gone = senders.map((sender) => once(sender, 'close'));
  for (const sender of senders) sender.kill('SIGKILL');
  await Promise.all(gone);
  const closed = new Promise<void>((resolve) => worker.once('subprocessclose', () => resolve()));
  worker.close();
  await closed;
  await rm(folder, { recursive: true, force: true });
});

const codecs = {
  opus: { mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2 },
  vp8: { mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000 },
  h264: {
    ...{ mimeType: 'video/H264', payloadType: 102, clockRate: 90_000 },
    parameters: { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 },
  },
} satisfies Record<string, types.RtpCodecParameters>;

const PICTURE = ['-f', 'lavfi', '-i', 'testsrc=size=160x120:rate=15,format=yuv420p'];
const encoders: Record<keyof typeof codecs, string[]> = {
  opus: ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000', '-c:a', 'libopus', '-ac', '2'],
  vp8: [...PICTURE, '-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-g', '8'],
  h264: [
    ...[...PICTURE, '-c:v', 'libx264', '-profile:v', 'baseline', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '8'],
    ...['-x264-params', 'repeat-headers=1'],
  ],
};

/** Sends a moving picture or a tone in real time, as a browser would: with a key frame every half second. */
async function send(peerId: string, format: keyof typeof codecs): Promise<{ track: TrackInfo; producer: types.Producer }> {
  const transport = await router.createPlainTransport({ listenInfo: { protocol: 'udp', ip: '127.0.0.1' }, rtcpMux: true, comedia: true });
  const ssrc = Math.floor(Math.random() * 1e9);
  const kind = format === 'opus' ? ('audio' as const) : ('video' as const);
  const codec = codecs[format];
  const producer = await transport.produce({ kind, rtpParameters: { codecs: [codec], encodings: [{ ssrc }] } });
  const to = [
    '-payload_type',
    String(codec.payloadType),
    '-ssrc',
    String(ssrc),
    '-f',
    'rtp',
    `rtp://127.0.0.1:${transport.tuple.localPort}`,
  ];
  senders.push(spawn('ffmpeg', ['-loglevel', 'quiet', '-nostdin', '-re', ...encoders[format], ...to], { stdio: 'ignore' }));
  const source = kind === 'audio' ? ('microphone' as const) : ('camera' as const);
  return { track: { id: producer.id, peerId, kind, source, paused: false }, producer };
}

/** A room as the recorder sees it. */
function roomOf(tracks: { track: TrackInfo; producer: types.Producer }[]): { media: RoomMedia; changed(): void } {
  const events = new EventEmitter();
  const media = {
    closed: false,
    tracks: () => tracks.filter(({ producer }) => !producer.closed).map(({ track }) => track),
    tap: (id: string, port: number) => {
      const { track, producer } = tracks.find((each) => each.track.id === id)!;
      const uplink = { lossy: false };
      const told = { layers: () => undefined, score: () => undefined };
      return openTap(router, producerMedia(producer, { peerId: track.peerId, source: track.source, uplink }, told), port);
    },
    on: (name: string, listener: () => void) => events.on(name, listener),
  } as unknown as RoomMedia;
  return { media, changed: () => events.emit('tracksChanged') };
}

/** Takes pieces as the file store does: they are gone from the folder afterwards. Those of two tracks may come at once, under one name. */
async function keep(segment: RecordedSegment): Promise<boolean> {
  const copy = path.join(folder, `${randomUUID()}-${path.basename(segment.path)}`);
  await copyFile(segment.path, copy);
  kept.push({ ...segment, copy });
  return true;
}

/** Decodes all of it. @returns seconds, and the complaints of ffmpeg */
async function decoded(file: string): Promise<{ seconds: number; faults: string }> {
  const { stderr } = await run('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-nostdin', '-i', file, '-f', 'null', '-']);
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', file]);
  return { seconds: Number(stdout), faults: stderr };
}

test('tracks of those who are followed become pieces that play, on one clock; a process that is killed costs one piece', async () => {
  expect(await recorder.unavailable()).toBeNull();
  const tracks = await Promise.all([send('doctor', 'vp8'), send('doctor', 'opus'), send('patient', 'opus'), send('stranger', 'opus')]);
  const { media } = roomOf(tracks);
  const faults: unknown[] = [];
  const room = recorder.open({ name: 'visit', onSegment: keep, onFault: (fault) => faults.push(fault) });
  room.use(media);
  const began = performance.now();
  room.follow(['doctor', 'patient']);
  const of = (id: string) => kept.filter(({ producerId }) => producerId === id);
  const [video, voice, other, stranger] = tracks.map(({ track }) => track.id) as [string, string, string, string];
  await until('two pieces of each', () => [video, voice, other].every((id) => of(id).length >= 2), 20_000);
  expect(await recorder.unavailable()).toBe('busy');

  // Killed in the middle of a piece: it is started again, and the others never notice.
  const pids = await recordersOf(process.pid);
  expect(pids).toHaveLength(3);
  const before = kept.length;
  for (const pid of pids) process.kill(pid, 'SIGKILL');
  await until(
    'pieces after the crash',
    () => [video, voice, other].every((id) => of(id).some((piece) => kept.indexOf(piece) >= before + 2)),
    20_000,
  );

  room.follow([]);
  await room.finish();
  const ended = performance.now();
  expect(of(stranger)).toEqual([]);
  expect(faults).toEqual([]);
  for (const piece of kept) {
    const { seconds, faults } = await decoded(piece.copy);
    expect(faults).toBe('');
    expect(Math.abs(seconds * 1_000 - piece.durationMs)).toBeLessThan(250);
    expect(piece.startedAt).toBeGreaterThanOrEqual(began);
    // A sender that stood still catches up: it may be a little ahead of its first packet.
    expect(piece.startedAt + piece.durationMs).toBeLessThanOrEqual(ended + 2_000);
  }
  // One after the other, without an overlap, and with no gap but the one of the crash.
  for (const id of [video, voice, other]) {
    const pieces = of(id).toSorted((a, b) => a.startedAt - b.startedAt);
    const gaps = pieces.slice(1).map((piece, index) => piece.startedAt - pieces[index]!.startedAt - pieces[index]!.durationMs);
    expect(Math.min(...gaps)).toBeGreaterThan(-120);
    expect(gaps.filter((gap) => gap > 200)).toHaveLength(1);
  }
  expect(recorder.figures()).toEqual({ tracks: 0, breaks: 3, lost: 0, faulty: 0 });
  expect(await readdir(path.join(folder, 'pieces'))).toEqual([]);
  expect(await recordersOf(process.pid)).toEqual([]);
}, 60_000);

test('a process that does not come to listen is a fault of its track, which is tried again', async () => {
  kept.length = 0;
  const [program, flag] = [path.join(folder, 'slow-ffmpeg'), path.join(folder, 'slow-once')];
  // The first one hangs before it has opened anything.
  await writeFile(program, `#!/bin/sh\nif mkdir ${flag} 2>/dev/null; then exec sleep 60; fi\nexec ffmpeg "$@"\n`, { mode: 0o755 });
  const config = testConfig({ MEDIA_RECORDING_SEGMENT_MS: String(SEGMENT_MS), MEDIA_FFMPEG: program });
  const hindered = await createRecorder({ config, log: createMemoryLog(), folder: path.join(folder, 'hindered') });
  const { media } = roomOf([await send('doctor', 'opus')]);
  const room = hindered.open({ name: 'visit', onSegment: keep });
  room.use(media);
  room.follow(['doctor']);
  await until('pieces of the second one', () => kept.length >= 2, 30_000);
  expect(hindered.figures()).toMatchObject({ breaks: 1, lost: 0 });
  await room.finish();
  await hindered.close();
}, 60_000);

const smallDisk = canCreateNamespaces ? test : test.skip;
smallDisk(
  'a muted track ends its piece, also one that was short; a full disk is told and left alone; discarded pieces are not handed over',
  async () => {
    kept.length = 0;
    const disk = path.join(folder, 'disk');
    await mkdir(disk);
    await run('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]);
    const config = testConfig({ MEDIA_RECORDING_SEGMENT_MS: '20000', MEDIA_RECORDING_FREE_MB: '4' });
    const patient = await createRecorder({ config, log: createMemoryLog(), folder: path.join(disk, 'long') });
    const sent = [await send('doctor', 'opus'), await send('doctor', 'h264')];
    const { media, changed } = roomOf(sent);
    const faults: unknown[] = [];
    const room = patient.open({ name: 'visit', onSegment: keep, onFault: (fault) => faults.push(fault) });
    const mute = async (paused: boolean): Promise<void> => {
      for (const { producer, track } of sent) {
        await (paused ? producer.pause() : producer.resume());
        track.paused = paused;
      }
      changed();
    };
    /** Both have begun a piece, and a moment of it has come. */
    const begun = async (): Promise<void> => {
      const pieces = async () => (await readdir(path.join(disk, 'long'), { recursive: true })).filter((name) => name.includes('piece-'));
      await until('a piece of each', async () => (await pieces()).length === 2, 20_000);
    };
    room.use(media);
    room.follow(['doctor']);
    await begun();
    await sleep(1_000);
    await mute(true);
    await until('the pieces', () => kept.length === 2, 10_000);
    for (const piece of kept) {
      expect((await decoded(piece.copy)).faults).toBe('');
      // What the file store takes it for.
      expect((await contentTypeOf(await readFile(piece.copy)))?.mime).toBe(piece.kind === 'audio' ? 'video/webm' : 'video/matroska');
    }
    await writeFile(path.join(disk, 'other'), Buffer.alloc(6_000_000));
    await until('the full disk to be told', () => faults.length === 1);
    await mute(false);
    expect([await patient.unavailable(), patient.figures()]).toEqual(['no_space', { tracks: 0, breaks: 0, lost: 0, faulty: 1 }]);
    await rm(path.join(disk, 'other'));
    await begun();
    expect(faults).toEqual(['storage', null]);
    room.discard();
    await room.finish();
    expect(kept).toHaveLength(2);
    await patient.close();
    await run('umount', [disk]);
  },
  60_000,
);
