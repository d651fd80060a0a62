/**
 * Stands in for `@rc-component/util/es/Dom/dynamicCSS` and `@ant-design/icons/es/cssUtils` (`resolve.alias` in vite.config.ts),
 * through which antd puts its styles into the page. They make `<style>` elements, which our `style-src 'self'` refuses;
 * constructed style sheets are allowed.
 */
interface Options {
  /** Attribute that names the set of keys. */
  mark?: string;
  /** `queue`: before the others, in the order of `priority`. */
  prepend?: boolean | 'queue';
  priority?: number;
}
interface Entry {
  id: string;
  rank: number;
  css: string;
  sheet: CSSStyleSheet;
  /** Never in the page: callers keep notes in its attributes. */
  node: HTMLStyleElement;
}

const entries: Entry[] = [];

const idOf = (key: string, { mark = '' }: Options): string => `${mark}|${key}`;

function rankOf({ prepend, priority = 0 }: Options): number {
  if (prepend === 'queue') return priority;
  return prepend ? -Infinity : Infinity;
}

/** Puts the sheets into the page in their order; ours stay where they are among those of others. */
function show(): void {
  const own = new Set(entries.map(({ sheet }) => sheet));
  document.adoptedStyleSheets = [...document.adoptedStyleSheets.filter((sheet) => !own.has(sheet)), ...own];
}

/** Replaces the style of this key, or adds it. */
export function updateCSS(css: string, key: string, options: Options = {}): HTMLStyleElement {
  const id = idOf(key, options);
  const known = entries.find((entry) => entry.id === id);
  if (known) {
    if (known.css !== css) known.sheet.replaceSync(css);
    known.css = css;
    return known.node;
  }
  const entry: Entry = { id, rank: rankOf(options), css, sheet: new CSSStyleSheet(), node: document.createElement('style') };
  entry.sheet.replaceSync(css);
  const behind = entries.findIndex(({ rank }) => rank > entry.rank);
  entries.splice(behind === -1 ? entries.length : behind, 0, entry);
  show();
  return entry.node;
}

let count = 0;
export function injectCSS(css: string, options: Options = {}): HTMLStyleElement {
  return updateCSS(css, `injected-${++count}`, options);
}

export function removeCSS(key: string, options: Options = {}): void {
  const index = entries.findIndex(({ id }) => id === idOf(key, options));
  const [gone] = index === -1 ? [] : entries.splice(index, 1);
  if (gone) document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== gone.sheet);
}

/** For icons in a shadow tree, which there is none of here. */
export const getShadowRoot = (): null => null;

/** For the developers of icons. */
export function warningOnce(): void {}
