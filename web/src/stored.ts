/** Small things that the browser keeps between visits. Never throws: storage may be blocked, full or hold nonsense. */

/** What was remembered under this key, or null. */
export function remembered<T extends object>(key: string): Partial<T> | null {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(key) ?? 'null');
    return typeof value === 'object' ? (value as Partial<T> | null) : null;
  } catch {
    return null;
  }
}

export function remember<T extends object>(key: string, value: T): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Asked again at the next visit.
  }
}
