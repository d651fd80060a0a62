/** Names of files: shown to people, never used as a path. */

const MAX_LENGTH = 150;
/** Control characters, signs that turn the direction of writing (`gpj.exe` for `exe.jpg`), and half characters. */
// oxlint-disable-next-line no-control-regex -- naming them is the point
const DECEIVING = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
/** Separators of paths, and what Windows does not allow. */
const RESERVED = /[\\/:*?"<>|]/g;

/** What is left of a sender's claim: the last part of a path, with the ending of what the file really is. */
export function displayName(claimed: string, extension: string): string {
  const last = claimed.toWellFormed().split(/[\\/]/).at(-1) ?? '';
  const stem = last
    .replace(DECEIVING, '')
    .replace(RESERVED, '_')
    .replace(/\.[^.]*$/, '')
    .replace(/^[.\s]+|[.\s]+$/g, '');
  const letters = Array.from(stem).slice(0, MAX_LENGTH).join('');
  return `${letters || 'file'}.${extension}`;
}

/** Header that makes every browser save rather than show (RFC 6266). */
export function attachmentHeader(name: string): string {
  const ascii = name.replace(/[^\u0020-\u007e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}
