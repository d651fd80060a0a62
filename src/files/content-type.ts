/** What a file is, judged by its content: names and declared types are claims of the sender. */
import { fileTypeFromBuffer } from 'file-type';
import type { FileKind } from './categories.ts';

export interface ContentType {
  kind: FileKind;
  mime: string;
  /** Without a dot. */
  extension: string;
}

/** Bytes of the beginning that the judgement takes. */
export const HEAD_BYTES = 8_192;

/**
 * The only types that are kept. HTML, SVG and other XML, which run scripts, and office files, which hide anything, are not among them;
 * archives are no kind of any category that people upload to.
 */
const accepted: Record<string, ContentType> = Object.fromEntries(
  (
    [
      ['image', 'image/jpeg', 'jpg'],
      ['image', 'image/png', 'png'],
      ['image', 'image/webp', 'webp'],
      ['image', 'image/gif', 'gif'],
      ['document', 'application/pdf', 'pdf'],
      ['audio', 'audio/mpeg', 'mp3'],
      ['audio', 'audio/ogg', 'ogg'],
      ['audio', 'audio/wav', 'wav'],
      ['audio', 'audio/x-m4a', 'm4a'],
      ['audio', 'audio/aac', 'aac'],
      ['audio', 'audio/amr', 'amr'],
      ['video', 'video/mp4', 'mp4'],
      ['video', 'video/webm', 'webm'],
      ['video', 'video/quicktime', 'mov'],
      ['video', 'video/matroska', 'mkv'],
      ['imaging', 'application/dicom', 'dcm'],
      ['archive', 'application/zip', 'zip'],
    ] as const
  ).map(([kind, mime, extension]) => [mime, { kind, mime, extension }]),
);

/** Beginnings that a browser which guesses types would take for a page, whatever comes after them. */
// oxlint-disable-next-line no-control-regex -- naming it is the point
const MARKUP = /^(?:\ufeff|[\s\u0000])*<(?:!|\?|\/?[a-z])/i;
const PDF = Buffer.from('%PDF-');

/** @param head at least `HEAD_BYTES` from the beginning, or all there is @returns null for what is not kept */
export async function contentTypeOf(head: Buffer): Promise<ContentType | null> {
  if (MARKUP.test(head.toString('utf8', 0, 512))) return null;
  const found = await fileTypeFromBuffer(head).catch(() => undefined);
  const mime = found?.mime.split(';')[0] ?? '';
  const type = accepted[mime];
  if (!type) return null;
  // Readers forgive a PDF that begins later, after a page for browsers for example.
  if (type.mime === 'application/pdf' && !head.subarray(0, PDF.length).equals(PDF)) return null;
  return type;
}
