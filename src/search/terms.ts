/**
 * Terms that names are found by, the same on every database: Chinese, Japanese and Korean text by single characters and pairs of
 * neighbours (bigrams), everything else by the beginnings of its words.
 */

/** Text is compared without regard to case, width or composition of its characters. */
const normal = (text: string): string => text.normalize('NFKC').toLowerCase();

const RUNS =
  /(?<cjk>[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]+)|(?<word>[[\p{L}\p{M}\p{N}]--[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]]+)/gv;
/** Characters of a word that count. */
const TERM_LENGTH = 40;
/** Terms of one query; what is longer is found by its beginning. */
const QUERY_TERMS = 20;

function runsOf(text: string): { cjk: string[][]; words: string[] } {
  const cjk: string[][] = [];
  const words: string[] = [];
  for (const { groups } of normal(text).matchAll(RUNS)) {
    if (groups?.['cjk']) cjk.push(Array.from(groups['cjk']));
    if (groups?.['word']) words.push(groups['word'].slice(0, TERM_LENGTH));
  }
  return { cjk, words };
}

const pairs = (characters: readonly string[]): string[] => characters.slice(1).map((character, i) => `${characters[i]}${character}`);

/** What a subject with these texts is stored under. */
export function indexTerms(texts: readonly string[]): string[] {
  const { cjk, words } = runsOf(texts.join('\n'));
  return [...new Set([...words, ...cjk.flat(), ...cjk.flatMap(pairs)])];
}

export interface QueryTerms {
  /** Terms that must be there as they are. */
  readonly whole: readonly string[];
  /** Beginnings of terms that must be there. */
  readonly beginnings: readonly string[];
}

/** What must be there for a keyword to match; nothing at all when it holds neither letters nor digits. */
export function queryTerms(keyword: string): QueryTerms {
  const { cjk, words } = runsOf(keyword);
  const whole = [...new Set(cjk.flatMap((run) => (run.length === 1 ? run : pairs(run))))];
  return { whole: whole.slice(0, QUERY_TERMS), beginnings: [...new Set(words)].slice(0, QUERY_TERMS) };
}
