/** What the pages of both sides share: tracks to publish, the first frame, glass to glass. The runner reads `window.bench`. */

import type { Bench } from '../join/bench-page.ts';

declare global {
  interface Window {
    bench: Bench;
  }
}

const scriptStart = performance.now();
export const query = new URLSearchParams(location.search);
export const bench: Bench = (window.bench = { state: 'starting', calls: [], marks: {} });

/** Notes when a step was done; the first time counts. */
export function mark(name: string): void {
  bench.marks[name] ??= Math.round((performance.now() - scriptStart) * 10) / 10;
}

/** A sanity twin's page holds every frame back in the jitter buffer, for `hold` ms. */
const hold = Number(query.get('hold') ?? 0);
if (hold > 0) {
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(configuration?: RTCConfiguration) {
      super(configuration);
      this.addEventListener('track', ({ receiver }) => (receiver.jitterBufferTarget = hold));
    }
  };
}

/** How a side publishes and views; `show` is called with the video track before it is asked for. */
export interface Side {
  publish(tracks: MediaStreamTrack[]): Promise<void>;
  view(show: (track: MediaStreamTrack) => void): Promise<void>;
  /** After a view: gives the seat up, where there is one. */
  leave?(): Promise<unknown>;
}

/* The time code: 20 bits of the clock in ms, each a column of 32 pixels, upper half as it is, lower half inverted. */
const BITS = 20;
const WIDTH = 640;
const HEIGHT = 360;
const COLUMN = 32;
const HALF = 64;
const clock = (): number => Math.round(performance.timeOrigin + performance.now()) & 0xfffff;

function timeCodeTrack(): MediaStreamTrack {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext('2d', { alpha: false })!;
  let frame = 0;
  const draw = () => {
    const time = clock();
    context.fillStyle = '#446';
    context.fillRect(0, 0, WIDTH, HEIGHT);
    for (let bit = 0; bit < BITS; bit++) {
      const set = (time >> bit) & 1;
      context.fillStyle = set ? '#fff' : '#000';
      context.fillRect(bit * COLUMN, 0, COLUMN, HALF);
      context.fillStyle = set ? '#000' : '#fff';
      context.fillRect(bit * COLUMN, HALF, COLUMN, HALF);
    }
    context.fillStyle = '#f80';
    context.fillRect((frame++ * 7) % 600, 200, 40, 100);
  };
  draw();
  setInterval(draw, 1000 / 30);
  return canvas.captureStream(30).getVideoTracks()[0]!;
}

/** Reads the delay of the frame that is shown now, in ms; undefined when the code cannot be read (compression, startup). */
function readDelay(video: HTMLVideoElement, context: CanvasRenderingContext2D): number | undefined {
  const now = clock();
  context.drawImage(video, 0, 0, WIDTH, HEIGHT);
  const { data } = context.getImageData(0, 0, WIDTH, 2 * HALF);
  let time = 0;
  for (let bit = 0; bit < BITS; bit++) {
    const x = bit * COLUMN + COLUMN / 2;
    const upper = data[((HALF / 2) * WIDTH + x) * 4]!;
    const lower = data[(HALF * 1.5 * WIDTH + x) * 4]!;
    if (Math.abs(upper - lower) < 80) return undefined;
    if (upper > lower) time |= 1 << bit;
  }
  const delay = (now - time) & 0xfffff;
  return delay < 5_000 ? delay : undefined;
}

function glass(video: HTMLVideoElement, seconds: number): Promise<number[]> {
  const canvas = document.createElement('canvas');
  canvas.width = WIDTH;
  canvas.height = HEIGHT;
  const context = canvas.getContext('2d', { willReadFrequently: true })!;
  const delays: number[] = [];
  const settled = performance.now() + 2_000;
  return new Promise((resolve) => {
    const next = () => {
      const delay = readDelay(video, context);
      if (delay !== undefined && performance.now() > settled) delays.push(delay);
      if (performance.now() < settled + seconds * 1000) video.requestVideoFrameCallback(next);
      else resolve(delays);
    };
    video.requestVideoFrameCallback(next);
  });
}

async function localTracks(): Promise<MediaStreamTrack[]> {
  if (query.get('media') === 'timecode') return [timeCodeTrack()];
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: { width: 640, height: 360, frameRate: 30 } });
  return stream.getTracks();
}

async function view(side: Side): Promise<void> {
  const video = document.createElement('video');
  video.muted = true;
  video.autoplay = true;
  document.body.append(video);
  const framed = new Promise<void>((resolve) =>
    video.requestVideoFrameCallback(() => {
      bench.fromNavigation = performance.now();
      bench.fromScript = performance.now() - scriptStart;
      mark('first frame');
      resolve();
    }),
  );
  await side.view((track) => {
    video.srcObject = new MediaStream([track]);
    void video.play();
  });
  mark('asked for media');
  await framed;
  const seconds = Number(query.get('seconds') ?? 0);
  if (seconds > 0) bench.delays = await glass(video, seconds);
  await side.leave?.();
}

/** Plays the role that the address names. */
export async function run(side: Side): Promise<void> {
  try {
    if (query.get('role') === 'publish') {
      await side.publish(await localTracks());
      bench.state = 'publishing';
    } else {
      await view(side);
      bench.state = 'done';
    }
  } catch (error) {
    bench.error = String(error);
    bench.state = 'failed';
  }
}
