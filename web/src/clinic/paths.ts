/** Patterns of addresses, such as `/visits/:id`. */

const partsOf = (path: string): string[] => path.split('/').filter(Boolean);

function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

/**
 * Compares a path with a pattern such as `/visits/:id`.
 * @returns the parameters, or null when they do not fit
 */
export function matchPath(pattern: string, path: string): Record<string, string> | null {
  const [wanted, given] = [partsOf(pattern), partsOf(path)];
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = decoded(given[index] ?? '');
    if (value === null) return null;
    if (part.startsWith(':')) params[part.slice(1)] = value;
    else if (part !== value) return null;
  }
  return params;
}

/** The first entry whose pattern fits; patterns without parameters come before those with. */
export function findByPath<T extends { path: string }>(
  entries: readonly T[],
  path: string,
): { entry: T; params: Record<string, string> } | null {
  const fixedFirst = entries.toSorted((a, b) => Number(a.path.includes(':')) - Number(b.path.includes(':')));
  for (const entry of fixedFirst) {
    const params = matchPath(entry.path, path);
    if (params) return { entry, params };
  }
  return null;
}

/** The addresses above a path, from the top: `/a`, `/a/b` for `/a/b/c`. */
export function parentsOf(path: string): string[] {
  const parts = partsOf(path);
  return parts.slice(0, -1).map((_part, index) => `/${parts.slice(0, index + 1).join('/')}`);
}
