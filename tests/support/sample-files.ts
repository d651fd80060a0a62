/** Files for tests: small good ones of every kind, and hostile ones. */
import { crc32, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import sharp from 'sharp';

export interface Upload {
  name: string;
  content: Buffer;
  /** What the sender claims it to be. */
  type?: string;
}

/** The body of a multipart form with files, and its headers. */
export function formOf(
  uploads: readonly Upload[],
  boundary = 'a-boundary-of-the-test',
): { payload: Buffer; headers: Record<string, string> } {
  const parts = uploads.flatMap(({ name, content, type = 'application/octet-stream' }) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\nContent-Type: ${type}\r\n\r\n`),
    content,
    Buffer.from('\r\n'),
  ]);
  const payload = Buffer.concat([...parts, Buffer.from(`--${boundary}--\r\n`)]);
  return { payload, headers: { 'content-type': `multipart/form-data; boundary=${boundary}`, 'content-length': String(payload.length) } };
}

const blank = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: { r: 90, g: 120, b: 200 } }, limitInputPixels: false });

/** A photo that tells where it was taken, and by what. */
export const photo = (width = 64, height = 48): Promise<Buffer> =>
  blank(width, height)
    .withExif({
      IFD0: { Make: 'SecretCamera', ImageDescription: '王敏的住址' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '31/1 13/1 0/1' },
    })
    .jpeg()
    .toBuffer();
export const png = (width = 32, height = 32): Promise<Buffer> => blank(width, height).png().toBuffer();
export const webp = (): Promise<Buffer> => blank(32, 32).webp().toBuffer();
export const gif = (): Promise<Buffer> => blank(32, 32).gif().toBuffer();

export const pdf = (bytes = 0): Buffer =>
  Buffer.concat([Buffer.from('%PDF-1.7\n1 0 obj\n<<>>\nendobj\n'), Buffer.alloc(bytes, 'x'), Buffer.from('\n%%EOF\n')]);
export const dicom = (): Buffer => Buffer.concat([Buffer.alloc(128), Buffer.from('DICM'), Buffer.alloc(256, 1)]);
export function wav(): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0);
  header.writeUInt32LE(36 + 800, 4);
  header.write('WAVEfmt ', 8);
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8_000, 24);
  header.writeUInt32LE(16_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36);
  header.writeUInt32LE(800, 40);
  return Buffer.concat([header, Buffer.alloc(800)]);
}
export function mp3(): Buffer {
  const frame = Buffer.alloc(417);
  frame.writeUInt32BE(0xfffb9064, 0);
  return Buffer.concat([frame, frame, frame]);
}
export function mp4(bytes = 0): Buffer {
  const box = Buffer.alloc(24);
  box.writeUInt32BE(24, 0);
  box.write('ftypisom', 4);
  box.writeUInt32BE(512, 12);
  box.write('isomiso2', 16);
  return Buffer.concat([box, Buffer.from([0, 0, 0, 8]), Buffer.from('mdat'), Buffer.alloc(bytes)]);
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name), data]);
  const frame = Buffer.alloc(4);
  frame.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([frame, body, sum]);
}
/** A PNG that claims to be this large; its pixels are zeros, packed a thousandfold. */
function pngFlood(width: number, height: number, options: { interlaced?: boolean; rows?: number } = {}): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, options.interlaced ? 1 : 0], 8);
  const rows = deflateSync(Buffer.alloc(Math.min((width * 3 + 1) * (options.rows ?? 50), 20_000_000)));
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
/** A small PNG with a text that unpacks to `bytes`. */
async function pngTextBomb(bytes: number): Promise<Buffer> {
  const image = await png();
  const text = chunk('zTXt', Buffer.concat([Buffer.from('Comment\0\0'), deflateSync(Buffer.alloc(bytes))]));
  return Buffer.concat([image.subarray(0, 33), text, image.subarray(33)]);
}

/** A ZIP archive with one member, whose name may lead anywhere. */
function zip(name: string, content: Buffer, attributes = 0): Buffer {
  const packed = deflateRawSync(content);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(20, 4);
  local.writeUInt16LE(8, 8);
  local.writeUInt32LE(crc32(content), 14);
  local.writeUInt32LE(packed.length, 18);
  local.writeUInt32LE(content.length, 22);
  local.writeUInt16LE(name.length, 26);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  local.copy(central, 6, 4, 30);
  central.writeUInt32LE(attributes, 38);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.set([1, 0, 1, 0], 8);
  end.writeUInt32LE(46 + name.length, 12);
  end.writeUInt32LE(30 + name.length + packed.length, 16);
  return Buffer.concat([local, Buffer.from(name), packed, central, Buffer.from(name), end]);
}

const SCRIPT = '<script>fetch("/api/v1/me")</script>';

/** Sixty files that want to run, to fill memory, or to leave their place. None of them may be kept as it is. */
export async function hostileFiles(): Promise<Upload[]> {
  const image = await png();
  const jpeg = await photo();
  const named = (content: Buffer, ...names: string[]): Upload[] => names.map((name) => ({ name, content, type: 'image/png' }));
  const text = (...sources: string[]): Upload[] =>
    sources.map((source, index) => ({ name: `page-${index}.jpg`, content: Buffer.from(source), type: 'image/jpeg' }));
  return [
    ...text(
      `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`,
      `<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">${SCRIPT}</svg>`,
      `<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg><text>&x;</text></svg>`,
      `<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>`,
      `\ufeff  <SVG>${SCRIPT}</SVG>`,
      `<!doctype html>${SCRIPT}`,
      `<html><body>${SCRIPT}`,
      `\n\n\t<HTML>${SCRIPT}`,
      `\0\0<script>1</script>`,
      `<!--x-->${SCRIPT}`,
      `<a href=javascript:alert(1)>`,
      '#!/bin/sh\nrm -rf /\n',
      '<?php system($_GET["c"]); ?>',
      'MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<html>',
      'text that is nothing',
      '{"json": true}',
      'BM',
      '%!PS-Adobe-3.0\n(/etc/passwd) (r) file\n',
      "push graphic-context\nviewbox 0 0 1 1\nfill 'url(https://127.0.0.1/x)'\npop graphic-context",
      `${'A'.repeat(100)}%PDF-1.7`,
      `<html>${SCRIPT}</html>%PDF-1.7`,
      ` %PDF-1.7\n`,
    ),
    // Archives: bombs, and members that lead out of their place or are links.
    { name: 'bomb.zip', content: zip('a', Buffer.alloc(50_000_000)) },
    { name: 'bomb.jpg', content: zip('a', Buffer.alloc(50_000_000)), type: 'image/jpeg' },
    { name: 'out.zip', content: zip('../../../../etc/cron.d/x', Buffer.from('x')) },
    { name: 'link.zip', content: zip('link', Buffer.from('/etc/passwd'), 0xa1ff0000) },
    { name: 'page.docx', content: zip('word/document.xml', Buffer.from('<w:document/>')) },
    { name: 'bomb.gz', content: gzipSync(Buffer.alloc(50_000_000)) },
    { name: 'bomb.tgz.png', content: gzipSync(gzipSync(Buffer.alloc(20_000_000))) },
    // Floods of pixels.
    { name: 'flood-1.png', content: pngFlood(60_000, 60_000) },
    { name: 'flood-2.png', content: pngFlood(2_147_483_647, 2_147_483_647, { rows: 1 }) },
    { name: 'flood-3.png', content: pngFlood(30_000, 30_000, { interlaced: true }) },
    { name: 'flood-4.png', content: pngFlood(5_000, 4_000, { interlaced: true }) },
    { name: 'flood-5.png', content: pngFlood(0, 0, { rows: 1 }) },
    { name: 'flood-6.png', content: pngFlood(1_000_000, 20, { rows: 1 }) },
    { name: 'flood-7.png', content: pngFlood(5_400, 5_400, { rows: 1 }) },
    // Broken and cut off.
    ...[10, 100, 300].map((length) => ({ name: `cut-${length}.jpg`, content: jpeg.subarray(0, length) })),
    { name: 'cut.png', content: image.subarray(0, 40) },
    { name: 'crc.png', content: Buffer.concat([image.subarray(0, 29), Buffer.alloc(4), image.subarray(33)]) },
    { name: 'empty.png', content: Buffer.alloc(0) },
    { name: 'magic.gif', content: Buffer.from('GIF89a') },
    { name: 'magic.webp', content: Buffer.from('RIFF\u0010\0\0\0WEBPVP8 ') },
    // Programs.
    { name: 'program', content: Buffer.concat([Buffer.from('\x7fELF\x02\x01\x01'), Buffer.alloc(200)]) },
    { name: 'program.exe', content: Buffer.concat([Buffer.from('MZ'), Buffer.alloc(300)]) },
    { name: 'module.wasm', content: Buffer.from('\0asm\x01\0\0\0', 'latin1') },
    { name: 'fonts.woff2', content: Buffer.concat([Buffer.from('wOF2'), Buffer.alloc(100)]) },
    // Names; the content of these is a program, so that nothing of them is kept.
    ...named(
      Buffer.from('MZ'),
      '../../../../etc/passwd',
      '..\\\\..\\\\windows\\\\win.ini',
      '/etc/cron.d/x',
      'a%2f..%2f..%2fx.png',
      'x.png\0.sh',
      '\u202egnp.exe',
      '.htaccess',
      'CON',
      `${'n'.repeat(5_000)}.png`,
      '../spool/x.png',
      'x.svg',
      "x';alert(1).png",
    ),
  ];
}

/** Images with something behind them: kept, but as pixels only. */
export async function polyglots(): Promise<Upload[]> {
  const [image, jpeg, moving] = await Promise.all([png(), photo(), gif()]);
  const page = Buffer.from(`<html>${SCRIPT}</html>`);
  return [
    { name: 'a.png', content: Buffer.concat([image, page]) },
    { name: 'b.jpg', content: Buffer.concat([jpeg, page]) },
    { name: 'c.jpg', content: Buffer.concat([jpeg, zip('x.html', page)]) },
    { name: 'd.gif', content: Buffer.concat([moving, Buffer.from('*/=1;alert(1)//')]) },
    {
      name: 'e.png',
      content: Buffer.concat([image.subarray(0, 33), chunk('tEXt', Buffer.from(`Comment\0${SCRIPT}`)), image.subarray(33)]),
    },
    { name: 'f.png', content: await pngTextBomb(50_000_000) },
  ];
}
