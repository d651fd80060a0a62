/** Images are made anew from their pixels: what else a file carried (place, camera, scripts behind the image) is gone. */
import { Semaphore } from 'async-mutex';
import sharp, { type Sharp } from 'sharp';
import { ApiError } from '#src/errors.ts';
import type { ContentType } from './content-type.ts';

export interface CleanImage {
  content: Buffer;
  type: ContentType;
  width: number;
  height: number;
}

/** A photo of today's phones; decoding takes three bytes a pixel. */
const MAX_PIXELS = 30_000_000;
/** Progressive and interlaced images are held whole, in several times the memory. */
const MAX_PROGRESSIVE_PIXELS = 12_000_000;
/** Pixels are worked on by whole rows: long ones take memory that their number alone does not show. */
const MAX_EDGE = 16_384;
const MAX_RESULT_BYTES = 40 * 1_048_576;
const SECONDS = 30;
const QUALITY = 90;

// Only the loaders of what is accepted; that of SVG, for example, reads other files.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({
  operation: ['Jpeg', 'Png', 'Webp', 'Nsgif'].flatMap((format) => [`VipsForeignLoad${format}Buffer`, `VipsForeignLoad${format}File`]),
});
sharp.cache(false);

/** One at a time: memory for one decoded image, and threads left for the database. */
const turn = new Semaphore(1);

/**
 * @param read gives the content when it is this image's turn
 * @param maxEdge larger ones are made smaller, in pixels
 * @throws {ApiError} `bad_image`, and what `read` throws
 */
export function cleanImage(read: () => Promise<Buffer>, mime: string, maxEdge?: number): Promise<CleanImage> {
  return turn.runExclusive(async () => {
    const source = await read();
    try {
      return await convert(source, mime, maxEdge);
    } catch (error) {
      throw error instanceof ApiError ? error : new ApiError('bad_image', { cause: error });
    }
  });
}

async function convert(source: Buffer, mime: string, maxEdge?: number): Promise<CleanImage> {
  const options = { limitInputPixels: MAX_PIXELS, failOn: 'error', sequentialRead: true, pages: 1 } as const;
  const { width, height, isProgressive } = await sharp(source, options).metadata();
  const large = isProgressive && width * height > MAX_PROGRESSIVE_PIXELS;
  if (large || Math.max(width, height) > MAX_EDGE) throw new ApiError('bad_image');
  const image = sharp(source, options).timeout({ seconds: SECONDS }).autoOrient();
  if (maxEdge) image.resize({ width: maxEdge, height: maxEdge, fit: 'inside', withoutEnlargement: true });
  const [encoded, type] = encode(image, mime);
  const { data, info } = await encoded.toBuffer({ resolveWithObject: true });
  if (data.length > MAX_RESULT_BYTES) throw new ApiError('bad_image');
  return { content: data, type, width: info.width, height: info.height };
}

/** In its own format; of moving images the first one remains. */
function encode(image: Sharp, mime: string): [Sharp, ContentType] {
  switch (mime) {
    case 'image/jpeg':
      return [image.jpeg({ quality: QUALITY }), { kind: 'image', mime, extension: 'jpg' }];
    case 'image/webp':
      return [image.webp({ quality: QUALITY }), { kind: 'image', mime, extension: 'webp' }];
    default:
      return [image.png(), { kind: 'image', mime: 'image/png', extension: 'png' }];
  }
}
