/** Reads a film with ffmpeg: what is in its picture and how loud it is, at a time. And makes small ones to record. */
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const QUIET = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'];

/** A made-up piece of one track, as the recorder writes it: one colour, or one tone. */
export async function makePiece(file: string, seconds: number, what: { colour: string; size?: string } | { hertz: number }): Promise<void> {
  const source =
    'colour' in what
      ? [
          '-f',
          'lavfi',
          '-i',
          `color=c=${what.colour}:s=${what.size ?? '160x120'}:r=10:d=${seconds}`,
          '-c:v',
          'libvpx',
          '-deadline',
          'realtime',
          '-b:v',
          '100k',
        ]
      : ['-f', 'lavfi', '-i', `sine=frequency=${what.hertz}:sample_rate=48000:duration=${seconds}`, '-c:a', 'libopus', '-b:a', '24k'];
  await run('ffmpeg', [...QUIET, ...source, '-f', 'webm', file]);
}

/** Puts pieces behind each other as they are: a camera that changes its size. */
export async function joinPieces(file: string, pieces: readonly string[]): Promise<void> {
  const list = `${file}.txt`;
  await writeFile(list, pieces.map((piece) => `file '${piece}'\n`).join(''));
  await run('ffmpeg', [...QUIET, '-f', 'concat', '-safe', '0', '-i', list, '-c', 'copy', '-f', 'webm', file]);
}

export interface FilmFacts {
  seconds: number;
  width: number;
  height: number;
  codecs: string[];
}

export async function factsOf(file: string): Promise<FilmFacts> {
  const entries = 'stream=codec_name,width,height:format=duration';
  const { stdout } = await run('ffprobe', ['-v', 'error', '-show_entries', entries, '-of', 'json', file]);
  const { streams, format } = JSON.parse(stdout) as {
    streams: { codec_name: string; width?: number; height?: number }[];
    format: { duration: string };
  };
  const picture = streams.find(({ width }) => width !== undefined);
  const codecs = streams.map(({ codec_name: name }) => name).toSorted();
  return { seconds: Number(format.duration), width: picture?.width ?? 0, height: picture?.height ?? 0, codecs };
}

export interface Region {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Mean colour (0 to 255 each) of a part of the picture at a time, and how much its pixels differ from each other. */
export async function colourAt(file: string, second: number, { x, y, width, height }: Region) {
  const crop = `crop=${width}:${height}:${x}:${y},scale=16:16`;
  const args = ['-ss', String(second), '-i', file, '-frames:v', '1', '-vf', crop, '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'];
  const { stdout } = await run('ffmpeg', [...QUIET, ...args], { encoding: 'buffer' });
  const sum = [0, 0, 0];
  for (let index = 0; index < stdout.length; index++) sum[index % 3]! += stdout[index]!;
  const pixels = stdout.length / 3;
  const [red, green, blue] = sum.map((channel) => Math.round(channel / pixels)) as [number, number, number];
  const mean = (red + green + blue) / 3;
  let spread = 0;
  for (const byte of stdout) spread += Math.abs(byte - mean);
  return { red, green, blue, spread: Math.round(spread / stdout.length) };
}

/** Mean volume of a stretch in dB; silence is below -80. @param hertz only what is about this high */
export async function volumeOf(file: string, from: number, seconds: number, hertz?: number): Promise<number> {
  const band = hertz === undefined ? '' : `bandpass=f=${hertz}:width_type=h:w=60,`;
  const args = ['-ss', String(from), '-t', String(seconds), '-i', file, '-vn', '-af', `${band}volumedetect`, '-f', 'null', '-'];
  const { stderr } = await run('ffmpeg', ['-hide_banner', '-nostdin', ...args]);
  return Number(/mean_volume: (-?[\d.]+|-inf) dB/.exec(stderr)?.[1]?.replace('-inf', '-Infinity') ?? Number.NaN);
}
