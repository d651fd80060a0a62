/**
 * One ffmpeg that writes one track to disk as it comes, without encoding it, in pieces that each can be played by itself. It may crash: what
 * is lost is the piece that it was writing.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { TAP_ADDRESS } from './recording-tap.ts';
import type { MediaTap } from './types.ts';

/** Behind everything else on the machine: a recording may be late, a call may not. */
const NICE = 10;
/** How long ffmpeg may take to listen, and to write its last piece when it is told to end, in ms. */
const LISTEN_MS = 3_000;
const END_MS = 1_500;
/** A goodbye may be lost, or come while the process looks at its first packets. */
const GOODBYES = 5;
/** RTCP BYE behind an empty receiver report, as RFC 3550 wants it (section 6.1); ffmpeg takes nothing shorter. */
const BYE = Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 1, 0x81, 203, 0, 1, 0, 0, 0, 1]);
/** Characters of its complaints that are kept for the log. */
const COMPLAINTS = 500;

export interface Piece {
  path: string;
  /** ms after its first packet */
  fromMs: number;
  toMs: number;
}

export interface ProcessOptions {
  ffmpeg: string;
  /** Of its own; made, and taken away at the end with what is still in it. */
  folder: string;
  port: number;
  codec: MediaTap['codec'];
  kind: 'audio' | 'video';
  segmentMs: number;
  onPiece: (piece: Piece) => Promise<void>;
}

export interface RecordingProcess {
  readonly pid: number | undefined;
  /** Resolves once it takes packets. @throws when it does not come so far */
  listening(): Promise<void>;
  /** Resolves when it has ended and every piece was taken. Says what it complained about when nobody had ended it. */
  readonly ended: Promise<string | null>;
  /** Lets it write what it has and end. Idempotent. */
  end(): void;
}

/** What the process is told of the packets that come. */
function describeTrack({ codec, kind, port }: Pick<ProcessOptions, 'codec' | 'kind' | 'port'>): string {
  const { mimeType, payloadType, clockRate, channels, parameters } = codec;
  const name = mimeType.split('/')[1] ?? '';
  const format = Object.entries(parameters ?? {}).map(([key, value]) => `${key}=${String(value)}`);
  return [
    ...['v=0', `o=- 0 0 IN IP4 ${TAP_ADDRESS}`, 's=-', `c=IN IP4 ${TAP_ADDRESS}`, 't=0 0'],
    `m=${kind} ${port} RTP/AVP ${payloadType}`,
    `a=rtpmap:${payloadType} ${name}/${clockRate}${kind === 'audio' && channels > 1 ? `/${channels}` : ''}`,
    ...(format.length > 0 ? [`a=fmtp:${payloadType} ${format.join(';')}`] : []),
    'a=recvonly\r\n',
  ].join('\r\n');
}

/** What holds a codec as it is sent. */
const containerOf = (mimeType: string): 'webm' | 'matroska' => (/h264/i.test(mimeType) ? 'matroska' : 'webm');

function argumentsFor({ codec, segmentMs }: ProcessOptions): string[] {
  const container = containerOf(codec.mimeType);
  return [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-protocol_whitelist', 'file,udp,rtp'],
    // Bound to loopback: nobody from outside may write into a recording.
    ...['-localaddr', TAP_ADDRESS, '-buffer_size', '1048576', '-max_delay', '300000', '-f', 'sdp', '-i', 'track.sdp'],
    ...['-map', '0', '-c', 'copy', '-f', 'segment', '-segment_time', String(segmentMs / 1_000), '-segment_format', container],
    ...[
      '-reset_timestamps',
      '1',
      '-segment_list',
      'pipe:1',
      '-segment_list_type',
      'csv',
      `piece-%06d.${container === 'webm' ? 'webm' : 'mkv'}`,
    ],
  ];
}

/** Starts it. @throws when the folder or the process cannot be made */
export async function startProcess(options: ProcessOptions): Promise<RecordingProcess> {
  const { ffmpeg, folder, port, onPiece } = options;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(path.join(folder, 'track.sdp'), describeTrack(options), { mode: 0o600 });
  const child = spawn(ffmpeg, argumentsFor(options), { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const gone = exitOf(child);
  // A system without a free descriptor: there is an error, and nothing else.
  if (!child.stdout || !child.stderr) throw new Error(await gone);
  let told = false;
  let complaints = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-COMPLAINTS);
  });
  let taken: Promise<unknown> = Promise.resolve();
  const take = async (piece: Piece): Promise<void> => {
    await onPiece(piece);
    await rm(piece.path, { force: true });
  };
  const lines = createInterface({ input: child.stdout }).on('line', (line) => {
    const piece = pieceOf(folder, line);
    if (piece) taken = taken.then(() => take(piece));
  });
  const read = new Promise((resolve) => lines.once('close', resolve));
  lowerPriority(child);

  const ended = gone.then(async (how) => {
    await read;
    await taken.catch(() => undefined);
    await rm(folder, { recursive: true, force: true }).catch(() => undefined);
    return told ? null : `${how} ${complaints.trim()}`.trim();
  });
  return {
    pid: child.pid,
    ended,
    listening: () => untilBound(port, gone),
    end() {
      if (told) return;
      told = true;
      void endSoftly(child, port, gone);
    },
  };
}

const exitOf = (child: ChildProcess): Promise<string> =>
  new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(signal ?? `exit ${code}`));
  });

function lowerPriority({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, NICE);
  } catch {
    // Gone already, or not allowed on this system.
  }
}

/**
 * Says goodbye in the place of the sender: the process writes its last piece and ends. A signal would not do: it waits for packets that do
 * not come, and a second signal keeps it from writing.
 */
async function endSoftly(child: ChildProcess, port: number, gone: Promise<unknown>): Promise<void> {
  const socket = createSocket('udp4');
  socket.on('error', () => undefined);
  for (let goodbye = 0; goodbye < GOODBYES && child.exitCode === null && child.signalCode === null; goodbye++) {
    socket.send(BYE, port + 1, TAP_ADDRESS, () => undefined);
    await Promise.race([gone, sleep(END_MS / GOODBYES, undefined, { ref: false })]);
  }
  socket.close();
  child.kill('SIGKILL');
}

/** A line of the list of pieces: `piece-000001.webm,10.000000,20.020000`. */
function pieceOf(folder: string, line: string): Piece | null {
  const [name, from, to] = line.split(',');
  const [fromMs, toMs] = [Math.round(Number(from) * 1_000), Math.round(Number(to) * 1_000)];
  if (!name || !/^piece-\d+\.(webm|mkv)$/.test(name) || !(toMs > fromMs)) return null;
  return { path: path.join(folder, name), fromMs, toMs };
}

/** Packets that come before it listens are lost, the first key frame among them. */
async function untilBound(port: number, gone: Promise<string>): Promise<void> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')} `;
  const end = performance.now() + LISTEN_MS;
  let over: string | undefined;
  void gone.then((how) => (over = how));
  while (over === undefined) {
    const sockets = await readFile('/proc/net/udp', 'utf8').catch(() => null);
    // Where there is no such list it gets a moment.
    if (sockets === null) return sleep(500);
    if (sockets.includes(wanted)) return;
    if (performance.now() > end) throw new Error('ffmpeg does not listen');
    await sleep(20);
  }
  throw new Error(`ffmpeg ended before it listened: ${over}`);
}
