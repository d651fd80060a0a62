/**
 * FILM: the film of a recording that is an hour long, two people with camera and microphone. Does it take more memory than one of two
 * minutes, do sound and picture still fit at its end, and is its progress told all along? Bare side: the short film.
 */
import { createReadStream } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type FilmPiece, makeFilm } from '#src/recordings/film.ts';
import { colourAt, factsOf, makePiece, volumeOf } from '#tests/support/film.ts';
import { conclude, finish, readOptions, waitForQuiet } from './harness.ts';

const PIECE_S = 10;
const SHORT_S = 120;
const MEGABYTE = 1_048_576;
const LOOK_MS = 50;
/** Where somebody's picture and voice change at the same moment, before the end. */
const LAST_S = 10;
const RIGHT = { x: 840, y: 80, width: 200, height: 200 };

interface Film {
  file: string;
  /** Highest resident memory of a process that makes it. */
  megabytes: number;
  progress: number[];
  tookS: number;
  seconds: number;
}

/** Follows the memory of the processes that this one has started. @returns ends it, with the highest of all in bytes */
function watchMemory(): () => number {
  let highest = 0;
  const look = async (): Promise<void> => {
    const children = await readFile(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8');
    for (const pid of children.trim().split(' ').filter(Boolean)) {
      const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
      highest = Math.max(highest, Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1_024);
    }
  };
  const timer = setInterval(() => void look(), LOOK_MS);
  return () => {
    clearInterval(timer);
    return highest;
  };
}

async function piecesOf(folder: string, seconds: number): Promise<FilmPiece[]> {
  const file = (name: string): string => path.join(folder, `${name}.webm`);
  await Promise.all([
    ...['red', 'green', 'blue'].map((colour) => makePiece(file(colour), PIECE_S, { colour, size: '640x360' })),
    ...[440, 880, 1_760].map((hertz) => makePiece(file(String(hertz)), PIECE_S, { hertz })),
  ]);
  const pieces: FilmPiece[] = [];
  for (let at = 0; at < seconds; at += PIECE_S) {
    const last = at >= seconds - LAST_S;
    const tracks = { 'doctor camera': 'red', 'doctor microphone': '440', 'patient camera': last ? 'blue' : 'green' };
    for (const [place, name] of Object.entries({ ...tracks, 'patient microphone': last ? '1760' : '880' })) {
      const kind = place.endsWith('camera') ? ('video' as const) : ('audio' as const);
      const open = async () => createReadStream(file(name));
      pieces.push({ place, kind, offsetMs: at * 1_000, durationMs: PIECE_S * 1_000, open });
    }
  }
  return pieces;
}

async function film(folder: string, seconds: number, windowMs?: number): Promise<Film> {
  const file = path.join(folder, `film-${seconds}.mp4`);
  const progress: number[] = [];
  const pieces = await piecesOf(folder, seconds);
  const from = performance.now();
  const memory = watchMemory();
  await makeFilm({
    ...{ ffmpeg: 'ffmpeg', folder: path.join(folder, 'work'), pieces, ...(windowMs && { windowMs }) },
    onProgress: async (share) => void progress.push(share),
    take: (made) => copyFile(made, file),
  });
  const tookS = Math.round((performance.now() - from) / 1_000);
  return { file, megabytes: Math.round(memory() / MEGABYTE), progress, tookS, seconds: (await factsOf(file)).seconds };
}

/** Whether the picture and the voice of the second person change at that second. */
async function fits({ file }: Film, second: number): Promise<boolean> {
  const [before, after] = await Promise.all([second - 0.3, second + 0.3].map((at) => colourAt(file, at, RIGHT)));
  const [quiet, loud] = await Promise.all([second - 0.6, second + 0.1].map((at) => volumeOf(file, at, 0.5, 1_760)));
  return before!.green > before!.blue && after!.blue > after!.green && loud! - quiet! > 15;
}

const options = readOptions({ pairs: 1, seconds: 3_600 });
const seconds = Math.max(SHORT_S, Math.ceil(options.seconds / PIECE_S) * PIECE_S);
console.log(`FILM: ${seconds / 60} minutes of two people, against ${SHORT_S / 60} minutes`);
const folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-film-'));
const pairs: { bare: Film; ours: Film; fits: boolean }[] = [];
try {
  while (pairs.length < options.pairs) {
    await waitForQuiet(options.quick ? 1 : 60);
    const bare = await film(folder, SHORT_S);
    // The twin draws all of it at once.
    const ours = await film(folder, seconds, options.twin ? seconds * 1_000 : undefined);
    pairs.push({ bare, ours, fits: await fits(ours, seconds - LAST_S) });
    console.log(`  made in ${ours.tookS} s with ${ours.megabytes} MB, the short one with ${bare.megabytes} MB`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
const steps = pairs.map(({ ours }) => ours.progress.filter((share, index) => share > (ours.progress[index - 1] ?? 0)).length);
finish([
  conclude(
    { id: 'FILM', what: 'memory of the film of an hour, against that of two minutes', unit: 'MB', compare: 'ratio', atMost: 1.25 },
    pairs.map(({ bare, ours }) => ({ bare: bare.megabytes, ours: ours.megabytes })),
    options,
    [
      { text: 'it is as long as what was recorded', holds: pairs.every(({ ours }) => Math.abs(ours.seconds - seconds) < 0.5) },
      { text: 'sound and picture fit at its end', holds: pairs.every(({ fits: well }) => well) },
      {
        text: `its progress was told ${Math.min(...steps)} times`,
        holds: options.twin || Math.min(...steps) >= Math.min(80, seconds / 60),
      },
    ],
  ),
]);
process.exit();
