/**
 * How pieces of tracks become a film: whose picture is where, and what plays when. Pure. A film is made in windows of equal length, so that
 * an hour takes no more at a time than a minute does.
 */

export interface Piece {
  /** Of one person and source: they share a place in the picture. */
  place: string;
  kind: 'audio' | 'video';
  offsetMs: number;
  durationMs: number;
}

export interface Cell {
  place: string;
  x: number;
  y: number;
}

export interface FilmPlan<P extends Piece> {
  width: number;
  height: number;
  cells: readonly Cell[];
  /** Of the whole film. */
  durationMs: number;
  windows: readonly FilmWindow<P>[];
}

export interface FilmWindow<P extends Piece> {
  durationMs: number;
  /** What plays in it. `skipMs`: how much of the piece was in the window before; `delayMs`: how long after the window's start it begins. */
  pieces: readonly { piece: P; skipMs: number; delayMs: number }[];
}

const CELL = { width: 640, height: 360 };
const FRAMES_PER_SECOND = 25;
/** A whole number of frames. */
const WINDOW_MS = 30_000;
const MOST_CELLS = 4;

/** @param pieces at least one */
export function planFilm<P extends Piece>(pieces: readonly P[], windowMs = WINDOW_MS): FilmPlan<P> {
  const zero = Math.min(...pieces.map(({ offsetMs }) => offsetMs));
  const durationMs = Math.max(...pieces.map(({ offsetMs, durationMs: length }) => offsetMs + length)) - zero;
  const cells = cellsOf(pieces);
  const columns = cells.length > 1 ? 2 : 1;
  const rows = cells.length > 2 ? 2 : 1;
  const shown = pieces.filter(({ kind, place }) => kind === 'audio' || cells.some((cell) => cell.place === place));
  const windows = Array.from({ length: Math.ceil(durationMs / windowMs) }, (_, index) => {
    const from = zero + index * windowMs;
    const length = Math.min(windowMs, zero + durationMs - from);
    const inside = shown.filter((piece) => piece.offsetMs < from + length && piece.offsetMs + piece.durationMs > from);
    const placed = inside.map((piece) => ({
      piece,
      skipMs: Math.max(0, from - piece.offsetMs),
      delayMs: Math.max(0, piece.offsetMs - from),
    }));
    return { durationMs: length, pieces: placed };
  });
  return { width: columns * CELL.width, height: rows * CELL.height, cells, durationMs, windows };
}

/** The four that were seen longest, in the order in which they came. */
function cellsOf(pieces: readonly Piece[]): Cell[] {
  const seen = new Map<string, { ms: number; from: number }>();
  for (const { place, offsetMs, durationMs } of pieces.filter(({ kind }) => kind === 'video')) {
    const before = seen.get(place) ?? { ms: 0, from: offsetMs };
    seen.set(place, { ms: before.ms + durationMs, from: Math.min(before.from, offsetMs) });
  }
  const longest = [...seen].toSorted(([, a], [, b]) => b.ms - a.ms).slice(0, MOST_CELLS);
  const order = longest.toSorted(([, a], [, b]) => a.from - b.from);
  return order.map(([place], index) => ({ place, x: (index % 2) * CELL.width, y: Math.floor(index / 2) * CELL.height }));
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(3);

/**
 * What ffmpeg is told for one window. Inputs are read in the order of `window.pieces`.
 * @param files the pieces as files, in the same order
 */
export function windowArguments<P extends Piece>(
  plan: FilmPlan<P>,
  window: FilmWindow<P>,
  files: readonly string[],
  output: string,
): string[] {
  const length = seconds(window.durationMs);
  const inputs = window.pieces.flatMap(({ piece, skipMs }, index) => [
    // A picture that changes its size must not begin the whole drawing anew: `scale` takes it as it comes.
    ...(piece.kind === 'video' ? ['-reinit_filter', '0'] : []),
    ...(skipMs > 0 ? ['-ss', seconds(skipMs)] : []),
    ...['-threads', '1', '-i', files[index] as string],
  ]);
  const drawing = [
    `color=c=black:s=${plan.width}x${plan.height}:r=${FRAMES_PER_SECOND}:d=${length}[v0]`,
    `anullsrc=r=48000:cl=mono,atrim=0:${length}[a0]`,
  ];
  let picture = 0;
  const sounds = ['[a0]'];
  window.pieces.forEach(({ piece, delayMs }, index) => {
    if (piece.kind === 'audio') {
      const label = `[a${sounds.length}]`;
      const whole = 'aresample=48000:async=1000:first_pts=0,aformat=sample_fmts=fltp:channel_layouts=mono';
      drawing.push(`[${index}:a]${whole},adelay=${Math.round(delayMs)}:all=1${label}`);
      sounds.push(label);
      return;
    }
    const cell = plan.cells.find(({ place }) => place === piece.place);
    if (!cell) return;
    const fit = `scale=${CELL.width}:${CELL.height}:force_original_aspect_ratio=decrease,setsar=1`;
    drawing.push(`[${index}:v]${fit},setpts=PTS+${seconds(delayMs)}/TB[p${index}]`);
    const middle = `x=${cell.x}+(${CELL.width}-w)/2:y=${cell.y}+(${CELL.height}-h)/2`;
    drawing.push(`[v${picture}][p${index}]overlay=${middle}:eof_action=pass[v${++picture}]`);
  });
  drawing.push(`${sounds.join('')}amix=inputs=${sounds.length}:duration=first:dropout_transition=0:normalize=0,alimiter=limit=0.95[a]`);
  return [
    ...inputs,
    ...['-filter_complex', drawing.join(';'), '-map', `[v${picture}]`, '-map', '[a]', '-t', length, '-r', String(FRAMES_PER_SECOND)],
    ...[
      '-c:v',
      'libx264',
      '-preset',
      'veryfast',
      '-crf',
      '27',
      '-pix_fmt',
      'yuv420p',
      '-g',
      String(FRAMES_PER_SECOND * 2),
      '-threads',
      '1',
    ],
    ...['-c:a', 'pcm_s16le', '-ar', '48000', '-f', 'matroska', output],
  ];
}

/** What ffmpeg is told to put the windows together: pictures as they are, sound encoded once over all, so that no seam is heard. */
export function joinArguments(list: string, output: string): string[] {
  const sound = ['-c:a', 'aac', '-b:a', '64k'];
  return ['-f', 'concat', '-safe', '0', '-i', list, '-c:v', 'copy', ...sound, '-movflags', '+faststart', '-f', 'mp4', output];
}
