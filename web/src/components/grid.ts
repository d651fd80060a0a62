/** Arrangement of tiles. Pure. */

/** Width to height that a tile should have; tiles are cropped to their frame, so this is only what is aimed at. */
const TILE_RATIO = 4 / 3;

/**
 * Number of columns that makes the tiles largest.
 * @param count tiles, at least 1
 * @param width of the area, in any unit
 * @param height of the area, in the same unit
 */
export function gridColumns(count: number, width: number, height: number): number {
  let best = 1;
  let bestArea = 0;
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const tileWidth = Math.min(width / columns, (height / rows) * TILE_RATIO);
    const area = (tileWidth * tileWidth) / TILE_RATIO;
    if (area > bestArea) [best, bestArea] = [columns, area];
  }
  return best;
}

/** A character outside the basic plane is two code units, and rare Chinese names have such characters. */
function firstCharacter(word = ''): string {
  return String.fromCodePoint(...[word.codePointAt(0)].filter((point) => point !== undefined));
}

/** One or two letters for a picture that is missing: the first character of a Chinese name, else initials. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const first = firstCharacter(words[0]) || '?';
  if (/\p{Script=Han}/u.test(first)) return first;
  const last = words.length > 1 ? firstCharacter(words.at(-1)) : '';
  return (first + last).toUpperCase();
}
