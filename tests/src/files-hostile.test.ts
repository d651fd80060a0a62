/** Uploads that want to run, to fill memory or disk, or to leave their place (F1), against the real program. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { tmpdir } from 'node:os';
import { buffer, text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { createLocalStore } from '#src/files/local-store.ts';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { canCreateNamespaces } from '#tests/support/namespaces.ts';
import { signIn } from '#tests/support/rest.ts';
import { formOf, hostileFiles, pdf, photo, polyglots, type Upload } from '#tests/support/sample-files.ts';
import { startServer, type TestServer } from '#tests/support/server.ts';
import { until } from '#tests/support/wait.ts';

const run = promisify(execFile);
const MB = 1_048_576;

interface Answer {
  data: { items: { file: { url: string } }[]; pagination?: { total: number } };
}

describe('the running program', () => {
  let server: TestServer;
  let token: string;
  beforeAll(async () => {
    server = await startServer({ MEDIA_WORKERS: '1', RATE_HTTP_PER_MINUTE: '0' });
    ({ token } = await signIn(server, server.doctor));
  }, 60_000);
  afterAll(() => server.close());

  async function upload(category: string, { name, content, type }: Upload) {
    const { payload, headers } = formOf([{ name: name.replaceAll(/["\r\n]/g, '_'), content, ...(type && { type }) }]);
    const response = await fetch(`${server.url}/api/v1/files?category=${category}`, {
      method: 'POST',
      headers: { ...headers, authorization: `Bearer ${token}` },
      body: new Uint8Array(payload),
    });
    return { status: response.status, body: (await response.json()) as Answer };
  }

  /** Largest memory since the last call, in bytes. */
  async function peakMemory(): Promise<number> {
    const status = await readFile(`/proc/${server.pid()}/status`, 'utf8');
    await writeFile(`/proc/${server.pid()}/clear_refs`, '5');
    return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) * 1_024;
  }

  test('keeps none of 60 hostile files, in bounded memory', async () => {
    // Code and libraries are loaded before it counts.
    for (const content of [await photo(4_000, 3_000), pdf(20_000)])
      expect((await upload('document', { name: 'warm', content })).status).toBe(200);
    const files = await hostileFiles();
    expect(files.length).toBeGreaterThanOrEqual(60);
    await peakMemory();
    const before = await peakMemory();
    const answers: [string, number][] = [];
    const queue = [...files];
    const send = async (): Promise<void> => {
      for (let file = queue.shift(); file; file = queue.shift()) {
        answers.push([file.name, (await upload('record-attachment', file)).status]);
      }
    };
    await Promise.all([send(), send(), send()]);
    const extra = (await peakMemory()) - before;
    expect(answers.filter(([, status]) => ![413, 415, 422].includes(status))).toEqual([]);
    const response = await fetch(`${server.url}/api/v1/files`, { headers: { authorization: `Bearer ${token}` } });
    expect(((await response.json()) as Answer).data.pagination?.total).toBe(2);
    expect(extra).toBeLessThan(100 * MB);
    expect(existsSync('/etc/cron.d/x')).toBe(false);
  }, 60_000);

  test('keeps of images with something behind them only the pixels, and never shows a content as a page', async () => {
    for (const file of await polyglots()) {
      const { status, body } = await upload('document', file);
      expect([file.name, status]).toEqual([file.name, 200]);
      const response = await fetch(`${server.url}${body.data.items[0]?.file.url}`);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-disposition': expect.stringMatching(/^attachment/),
        'x-content-type-options': 'nosniff',
        'content-security-policy': "sandbox; default-src 'none'",
        'content-type': expect.stringMatching(/^image\/(png|jpeg)$/),
      });
      const kept = Buffer.from(await response.arrayBuffer());
      for (const trace of ['script', 'html', 'alert', 'PK\x03', 'Comment', 'SecretCamera'])
        expect([file.name, trace, kept.includes(trace)]).toEqual([file.name, trace, false]);
      expect((await sharp(kept).metadata()).width).toBeGreaterThan(0);
    }
  }, 60_000);

  test('refuses uploads that do not say how long they are, or say too much', async () => {
    const { hostname, port } = new URL(server.url);
    const post = async (header: string): Promise<string> => {
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      socket.write(`POST /api/v1/files?category=document HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${token}\r\n`);
      socket.write(`Content-Type: multipart/form-data; boundary=x\r\nConnection: close\r\n${header}\r\n\r\n`);
      const endless = setInterval(() => socket.write(`10000\r\n${'x'.repeat(65_536)}\r\n`), 5);
      // Whoever goes on sending may find the connection closed before the answer was read: nothing was heard then.
      const answer = await text(socket)
        .catch(() => '')
        .finally(() => clearInterval(endless));
      socket.destroy();
      return answer.split('\r\n', 1)[0] ?? '';
    };
    expect(await until('an answer', () => post('Transfer-Encoding: chunked'))).toContain('411');
    expect(await until('an answer', () => post('Content-Length: 999999999999'))).toContain('413');
  });
});

const whereMounted = canCreateNamespaces ? describe : describe.skip;
whereMounted('a full disk', () => {
  let server: TestApp;
  let folder: string;
  beforeAll(async () => {
    server = await startApp();
    folder = path.join(server.config.DATA_DIR, 'files');
    await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
    await mkdir(path.join(folder, 'incoming'));
  });
  afterAll(async () => {
    await run('umount', [folder]);
    await server.close();
  });

  async function upload(content: Buffer) {
    const { payload, headers } = formOf([{ name: 'a.pdf', content }]);
    const authorization = `Bearer ${server.people.patient.token}`;
    const response = await server.app.inject({
      method: 'POST',
      url: '/api/v1/files?category=document',
      headers: { ...headers, authorization },
      payload,
    });
    return [response.statusCode, response.json().error?.code ?? null];
  }

  test('is answered with 507, leaves no half file and no count, and passes', async () => {
    const { files } = server.modules;
    expect(await upload(pdf(3 * MB))).toEqual([507, 'storage_full']);
    expect(await readdir(path.join(folder, 'incoming'))).toEqual([]);
    expect(await files.usageOf(server.people.patient.id)).toMatchObject({ bytes: 0, files: 0 });
    expect(await upload(pdf(100_000))).toEqual([200, null]);
    const filled = Array.from({ length: 10 }, () => pdf(200_000));
    const answers = [];
    for (const content of filled) answers.push((await upload(content))[0]);
    expect(new Set(answers)).toEqual(new Set([200, 507]));
    const { items } = await files.list({ userId: server.people.patient.id, can: () => false } as never, {
      page: 1,
      pageSize: 50,
      sort: '-createdAt',
      state: 'active',
    });
    expect(items.length).toBe(1 + answers.filter((status) => status === 200).length);
    expect(await readdir(path.join(folder, 'incoming'))).toEqual([]);
  });
});

test.each(['../../etc/passwd', 'incoming/x', 'AB'.repeat(16), '', 'ab'.repeat(15)])('the local store refuses the key %j', async (key) => {
  const folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-store-'));
  const store = createLocalStore(folder);
  const nothing = async function* (): AsyncGenerator<Buffer> {};
  expect(() => store.remove(key)).toThrow(TypeError);
  await expect(store.put(key, nothing())).rejects.toThrow(TypeError);
  await rm(folder, { recursive: true });
});

test('the local store does not follow a link that somebody laid there', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-store-'));
  const store = createLocalStore(folder);
  const key = 'ab'.repeat(16);
  await mkdir(path.join(folder, 'ab'));
  await symlink('/etc/passwd', path.join(folder, 'ab', key));
  await expect(buffer(store.read(key, 0, 10))).rejects.toMatchObject({ code: 'ELOOP' });
  await rm(folder, { recursive: true });
});
