/** A real VP8 video (640 × 360, 30 frames a second, about 1 Mbit/s) as RTP, by ffmpeg. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

export const FEED_SSRC = 4242;
export const FEED_PAYLOAD_TYPE = 96;
const SECONDS = 20;
/** ffmpeg sends RTCP from another port, which the receiver would take for the source of the RTP. Nobody listens here. */
const DISCARD = 9;

function video(): string {
  const folder = join(import.meta.dirname, '../../node_modules/.cache/wenzhen-bench');
  const file = join(folder, 'feed.ivf');
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  const source = `testsrc2=size=640x360:rate=30:duration=${SECONDS},noise=alls=12:allf=t`;
  const encoder = [
    '-c:v',
    'libvpx',
    '-b:v',
    '1M',
    '-minrate',
    '1M',
    '-maxrate',
    '1M',
    '-g',
    '60',
    '-deadline',
    'realtime',
    '-cpu-used',
    '8',
  ];
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', source, ...encoder, file]);
  return file;
}

/** Sends the video in a loop to a port of 127.0.0.1. @returns ends it */
export function startFeed(port: number): () => Promise<void> {
  const input = ['-re', '-stream_loop', '-1', '-i', video()];
  const output = ['-c:v', 'copy', '-an', '-payload_type', String(FEED_PAYLOAD_TYPE), '-ssrc', String(FEED_SSRC), '-f', 'rtp'];
  const feed = spawn('ffmpeg', ['-v', 'error', ...input, ...output, `rtp://127.0.0.1:${port}?rtcpport=${DISCARD}&pkt_size=1200`], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(feed, 'exit');
  return async () => {
    feed.kill('SIGKILL');
    await ended;
  };
}
