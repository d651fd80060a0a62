/** How a film is put together: places in the picture, windows, and that their seams are neither seen nor heard. */
import { createReadStream } from 'node:fs';
import { copyFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Piece, planFilm } from '#src/recordings/film-plan.ts';
import { makeFilm } from '#src/recordings/film.ts';
import { colourAt, factsOf, makePiece, volumeOf } from '../support/film.ts';

const video = (place: string, offsetMs: number, durationMs: number): Piece => ({ place, kind: 'video', offsetMs, durationMs });
const audio = (place: string, offsetMs: number, durationMs: number): Piece => ({ ...video(place, offsetMs, durationMs), kind: 'audio' });

test('one picture fills the film, two stand side by side, up to four in a grid, in the order in which they came', () => {
  const one = planFilm([video('a', 5, 10), audio('b', 0, 10)]);
  expect(one).toMatchObject({ width: 640, height: 360, durationMs: 15, cells: [{ place: 'a', x: 0, y: 0 }] });
  expect(planFilm([video('b', 9, 10), video('a', 5, 10)])).toMatchObject({
    width: 1_280,
    height: 360,
    cells: [{ place: 'a' }, { place: 'b' }],
  });
  const many = planFilm(['a', 'b', 'c', 'd', 'e'].map((place, index) => video(place, index, index === 1 ? 1 : 10)));
  expect(many).toMatchObject({ width: 1_280, height: 720 });
  // Whoever was seen the shortest is left out.
  expect(many.cells).toEqual([
    { place: 'a', x: 0, y: 0 },
    { place: 'c', x: 640, y: 0 },
    { place: 'd', x: 0, y: 360 },
    { place: 'e', x: 640, y: 360 },
  ]);
  expect(planFilm([audio('a', 100, 10)])).toMatchObject({ width: 640, height: 360, cells: [], durationMs: 10 });
});

test('a piece is in every window that it plays in, from where that begins', () => {
  const { windows } = planFilm([audio('a', 1_000, 2_500), audio('b', 2_500, 500)], 1_000);
  expect(
    windows.map(({ durationMs, pieces }) => [durationMs, pieces.map(({ piece, skipMs, delayMs }) => [piece.place, skipMs, delayMs])]),
  ).toEqual([
    [1_000, [['a', 0, 0]]],
    [
      1_000,
      [
        ['a', 1_000, 0],
        ['b', 0, 500],
      ],
    ],
    [500, [['a', 2_000, 0]]],
  ]);
});

test('a film of many windows is whole: no picture and no sound is missing at their seams', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-film-'));
  try {
    const [red, tone, film] = ['red.webm', 'tone.webm', 'film.mp4'].map((name) => path.join(folder, name)) as [string, string, string];
    await makePiece(red, 2, { colour: 'red' });
    await makePiece(tone, 2, { hertz: 440 });
    const of = (piece: Piece, file: string) => ({ ...piece, open: async () => createReadStream(file) });
    const progress: number[] = [];
    await makeFilm({
      ffmpeg: 'ffmpeg',
      folder: path.join(folder, 'work'),
      pieces: [of(video('a', 7, 2_000), red), of(audio('a', 7, 2_000), tone)],
      windowMs: 400,
      onProgress: async (value) => void progress.push(value),
      take: (file) => copyFile(file, film),
    });
    expect(progress).toEqual([18, 36, 54, 72, 90]);
    expect((await readdir(folder)).toSorted()).toEqual(['film.mp4', 'red.webm', 'tone.webm']);
    expect(Math.abs((await factsOf(film)).seconds - 2)).toBeLessThan(0.1);
    for (const second of [0.38, 0.42, 1.18, 1.22, 1.9]) {
      const { red: amount, blue } = await colourAt(film, second, { x: 200, y: 80, width: 200, height: 200 });
      expect([second, amount > 150 && blue < 80]).toEqual([second, true]);
      expect([second, (await volumeOf(film, Math.min(second, 1.8) - 0.05, 0.1, 440)) > -40]).toEqual([second, true]);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);
