/** Makes the film of a recording with ffmpeg, in a folder of its own that is gone afterwards, whatever happens. */
import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { setPriority } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { joinArguments, type Piece, planFilm, windowArguments } from './film-plan.ts';

/** Behind everything else on the machine. */
const NICE = 15;
/** A window takes seconds, on a busy machine minutes; one that takes longer hangs. */
const WINDOW_DEADLINE_MS = 10 * 60_000;
const JOIN_DEADLINE_MS = 20 * 60_000;
/** Share of the work that the windows are, per cent; the rest is putting them together and storing. */
const WINDOWS_SHARE = 90;

export interface FilmPiece extends Piece {
  /** Its content. */
  open(): Promise<Readable>;
}

export interface FilmOptions {
  ffmpeg: string;
  /** Made and taken away. */
  folder: string;
  /** At least one. */
  pieces: readonly FilmPiece[];
  /** Length of a window, a whole number of frames. Default: half a minute. */
  windowMs?: number;
  /** Per cent; awaited. */
  onProgress: (progress: number) => Promise<void>;
  /** Takes the finished film before its folder goes. */
  take: (file: string, durationMs: number) => Promise<void>;
}

/** @throws when ffmpeg fails or hangs */
export async function makeFilm({ ffmpeg, folder, pieces, windowMs, onProgress, take }: FilmOptions): Promise<void> {
  const plan = planFilm(pieces, windowMs);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  try {
    const parts: string[] = [];
    for (const [index, window] of plan.windows.entries()) {
      const part = path.join(folder, `window-${index}.mkv`);
      const files = await fetch(
        folder,
        window.pieces.map(({ piece }) => piece),
      );
      await run(ffmpeg, windowArguments(plan, window, files, part), WINDOW_DEADLINE_MS);
      for (const file of files) await rm(file, { force: true });
      parts.push(part);
      await onProgress(Math.floor(((index + 1) / plan.windows.length) * WINDOWS_SHARE));
    }
    const list = path.join(folder, 'windows.txt');
    await writeFile(list, parts.map((part) => `file '${part}'\n`).join(''), { mode: 0o600 });
    const film = path.join(folder, 'film.mp4');
    await run(ffmpeg, joinArguments(list, film), JOIN_DEADLINE_MS);
    await take(film, plan.durationMs);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function fetch(folder: string, pieces: readonly FilmPiece[]): Promise<string[]> {
  const files: string[] = [];
  for (const [index, piece] of pieces.entries()) {
    const file = path.join(folder, `piece-${index}`);
    await pipeline(await piece.open(), createWriteStream(file, { mode: 0o600 }));
    files.push(file);
  }
  return files;
}

function run(ffmpeg: string, args: readonly string[], timeout: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const all = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-y', ...args];
    const child = execFile(ffmpeg, all, { timeout, killSignal: 'SIGKILL', maxBuffer: 1_048_576 }, (error, _stdout, stderr) => {
      if (!error) return resolve();
      // The command line is long, and names nothing that helps.
      reject(new Error(`ffmpeg failed: ${(stderr.trim() || error.message).slice(-300)}`, { cause: error }));
    });
    try {
      if (child.pid !== undefined) setPriority(child.pid, NICE);
    } catch {
      // Gone already, or not allowed on this system.
    }
  });
}
