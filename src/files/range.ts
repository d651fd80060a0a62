/** The `Range` header (RFC 9110, 14.2): one range of bytes; anything else gets the whole content, as the standard allows. */

export interface Range {
  from: number;
  /** First byte that is not wanted any more. */
  to: number;
}

/** @returns undefined: the whole content; null: the range is beyond it */
export function rangeOf(header: string | undefined, bytes: number): Range | null | undefined {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? '') ?? [];
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const length = Math.min(Number(last), bytes);
    return length > 0 ? { from: bytes - length, to: bytes } : null;
  }
  const from = Number(first);
  const to = last === '' ? bytes : Math.min(Number(last) + 1, bytes);
  if (last !== '' && Number(last) < from) return undefined;
  return from < bytes ? { from, to } : null;
}
