/** Files: taken in by content, kept confidential, handed out to whom they are for. */
import { createHash } from 'node:crypto';
import { readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import sharp from 'sharp';
import { attachmentHeader, displayName } from '#src/files/names.ts';
import { rangeOf } from '#src/files/range.ts';
import type { Caller } from '#src/plugins/policy.ts';
import { jest } from '@jest/globals';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { fileCalls, type Who } from '#tests/support/file-calls.ts';
import { dicom, formOf, gif, mp3, mp4, pdf, photo, png, wav, webp } from '#tests/support/sample-files.ts';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server.close());

const { upload, uploaded, load, get, onDisk } = fileCalls(() => server);

describe('POST /files', () => {
  test('makes images anew: what the camera wrote into them is gone, size and hash are those of what is kept', async () => {
    const before = await photo(200, 100);
    expect((await sharp(before).metadata()).exif).toBeDefined();
    const file = await uploaded('patient', 'document', before, '', 'IMG 王敏.jpeg');
    expect(file).toMatchObject({ name: 'IMG 王敏.jpg', mime: 'image/jpeg', kind: 'image', width: 200, height: 100, access: 'private' });
    const { rawPayload: kept } = await load(file.url);
    expect((await sharp(kept).metadata()).exif).toBeUndefined();
    expect(kept.includes('SecretCamera')).toBe(false);
    expect([kept.length, createHash('sha256').update(kept).digest('hex')]).toEqual([file.bytes, file.sha256]);
  });

  test('turns photos upright and makes avatars small', async () => {
    const lying = await sharp(await photo(2_000, 1_000))
      .withMetadata({ orientation: 6 })
      .jpeg()
      .toBuffer();
    expect(await uploaded('patient', 'avatar', lying)).toMatchObject({ width: 512, height: 1_024 });
  });

  test.each([
    ['image/jpeg', 'jpg', photo],
    ['image/png', 'png', png],
    ['image/webp', 'webp', webp],
    ['image/png', 'png', gif],
    ['application/pdf', 'pdf', pdf],
    ['application/dicom', 'dcm', dicom],
    ['audio/wav', 'wav', wav],
    ['audio/mpeg', 'mp3', mp3],
    ['video/mp4', 'mp4', mp4],
  ])('judges %s by its content, whatever it is called', async (mime, ending, make) => {
    const content = await make();
    const file = await uploaded('doctor', 'record-attachment', content, '', 'report.txt.html');
    expect(file).toMatchObject({ mime, name: `report.txt.${ending}` });
    const answer = await load(file.url);
    expect(answer.headers['content-type']).toBe(mime);
    if (!mime.startsWith('image/')) expect(answer.rawPayload.equals(content)).toBe(true);
  });

  test('takes several files and answers for each', async () => {
    const { status, body } = await upload('patient', 'document', [
      { name: 'a.png', content: await png() },
      { name: 'b.png', content: Buffer.from('<svg onload="alert(1)"/>') },
      { name: 'c.pdf', content: pdf(100_000) },
      { name: 'd.dcm', content: dicom() },
      { name: 'e.png', content: Buffer.alloc(0) },
      { name: 'f.png', content: (await png()).subarray(0, 60) },
      { name: 'g.wav', content: wav() },
    ]);
    expect(status).toBe(200);
    expect(
      body.data.items.map((item: { ok: boolean; name: string; error?: { code: string } }) => [item.name, item.ok, item.error?.code]),
    ).toEqual([
      ['a.png', true, undefined],
      ['b.png', false, 'unsupported_file'],
      ['c.pdf', true, undefined],
      ['d.dcm', false, 'unsupported_file'],
      ['e.png', false, 'empty_file'],
      ['f.png', false, 'bad_image'],
      ['g.wav', true, undefined],
    ]);
  });

  test.each([
    ['unsupported_file', 415, 'avatar', () => pdf()],
    ['unsupported_file', 415, 'document', () => Buffer.from('<!doctype html><script>1</script>')],
    ['file_too_large', 413, 'licence', () => pdf(20 * 1_048_576)],
    ['empty_file', 422, 'document', () => Buffer.alloc(0)],
  ] as const)('refuses a single file with %s', async (code, status, category, make) => {
    const before = await onDisk();
    const answer = await upload('doctor', category, [{ name: 'x', content: make() }]);
    expect([answer.status, answer.body.error?.code]).toEqual([status, code]);
    expect((await onDisk()).length).toBe(before.length);
  });

  test('refuses what is no form, has no length, no file, or too many', async () => {
    const authorization = `Bearer ${server.people.patient.token}`;
    const post = async (headers: Record<string, string>, payload: Buffer | string | Readable) => {
      const response = await server.app.inject({
        method: 'POST',
        url: '/api/v1/files?category=document',
        headers: { authorization, ...headers },
        payload,
      });
      return response.json().error?.code;
    };
    const { payload, headers } = formOf([{ name: 'a.pdf', content: pdf() }]);
    expect(await post({ 'content-type': 'application/json' }, '{}')).toBe('unsupported_media_type');
    expect(await post({ ...headers, 'content-length': String(200 * 1_048_576) }, payload)).toBe('payload_too_large');
    // A stream comes without a length.
    const { 'content-type': type = '' } = headers;
    expect(await post({ 'content-type': type }, Readable.from([payload]))).toBe('length_required');
    expect(await post(formOf([]).headers, formOf([]).payload)).toBe('invalid_request');
    const many = formOf(Array.from({ length: 21 }, () => ({ name: 'a.pdf', content: pdf() })));
    expect(await post(many.headers, many.payload)).toBe('invalid_request');
    expect(await post({ ...headers, 'content-type': 'multipart/form-data' }, payload)).toBe('invalid_request');
    const cut = payload.subarray(0, payload.length - 20);
    expect(await post({ ...headers, 'content-length': String(cut.length) }, cut)).toBe('invalid_request');
  });

  test('lets only the clinic put up what everybody may read', async () => {
    const files = [{ name: 'a.pdf', content: pdf() }];
    expect((await upload('doctor', 'document', files, '&access=public')).body.error.code).toBe('forbidden');
    expect((await upload('doctor', 'document', files, '&access=role&role=doctor')).body.error.code).toBe('forbidden');
    expect((await upload('doctor', 'document', files, '&access=role')).status).toBe(400);
    expect((await upload('administrator', 'document', files, '&access=public')).status).toBe(200);
  });
});

describe('at rest', () => {
  test.each([
    ['licence', true],
    ['record-attachment', true],
    ['document', true],
    ['avatar', false],
  ] as const)('%s is encrypted: %s', async (category, sealed) => {
    const secret = `confidential ${category} finding`;
    const content = category === 'avatar' ? await png() : Buffer.concat([pdf(200_000), Buffer.from(secret)]);
    const file = await uploaded('doctor', category, content, '', 'HIV 报告.pdf');
    const { rawPayload: read } = await load(file.url);
    expect((await onDisk()).includes(read.subarray(-100))).toBe(!sealed);
    if (category !== 'avatar') expect(read.equals(content)).toBe(true);
    const row = await server.database.models.files.findByPk(file.id, { rejectOnEmpty: true });
    expect([row.keySealed === null, row.nameSealed.includes('报告')]).toEqual([!sealed, false]);
  });

  test('nothing is left where images wait for their turn', async () => {
    await uploaded('doctor', 'id-photo', await photo(500, 500));
    expect((await onDisk(path.join(server.config.DATA_DIR, 'spool'))).length).toBe(0);
  });

  test('a sealed content that was changed is not handed out', async () => {
    const file = await uploaded('doctor', 'licence', pdf(100_000));
    const { storeKey } = await server.database.models.files.findByPk(file.id, { rejectOnEmpty: true });
    const place = path.join(server.config.DATA_DIR, 'files', storeKey!.slice(0, 2), storeKey!);
    const bytes = await readFile(place);
    bytes[70_000] = (bytes[70_000] ?? 0) ^ 1;
    await writeFile(place, bytes);
    await expect(load(file.url)).rejects.toThrow();
    await writeFile(place, bytes.subarray(0, 65_552));
    await expect(load(file.url)).rejects.toThrow();
  });
});

describe('GET /files/:id/content', () => {
  test('is saved and never shown: attachment, its own type, no script', async () => {
    const file = await uploaded('patient', 'document', pdf(), '', `"; filename=x.html`);
    const { headers } = await load(file.url);
    expect(headers).toMatchObject({
      'content-disposition': expect.stringMatching(/^attachment; filename="[^"]*\.pdf"; filename\*=UTF-8''/),
      'x-content-type-options': 'nosniff',
      'content-security-policy': "sandbox; default-src 'none'",
      'cache-control': 'private, no-store',
    });
    expect(headers['content-encoding']).toBeUndefined();
  });

  test('refuses addresses that are altered, late, for another file or without a signature', async () => {
    const [one, other] = [await uploaded('patient', 'document', pdf()), await uploaded('patient', 'document', pdf())];
    const code = async (url: string) => [(await load(url)).statusCode, (await load(url)).json().error?.code];
    const [, expires = '', signature = ''] = /expires=(\d+)&signature=(.+)$/.exec(one.url) ?? [];
    const content = `/api/v1/files/${one.id}/content`;
    expect(await code(`${content}?expires=${Number(expires) + 1}&signature=${signature}`)).toEqual([403, 'link_invalid']);
    expect(await code(`${content}?expires=${expires}&signature=${signature.slice(0, -2)}AA`)).toEqual([403, 'link_invalid']);
    expect(await code(`${content}?expires=${expires}&signature=`)).toEqual([403, 'link_invalid']);
    expect(await code(`/api/v1/files/${other.id}/content?expires=${expires}&signature=${signature}`)).toEqual([403, 'link_invalid']);
    expect(await code(content)).toEqual([404, 'not_found']);
    expect((await load(one.url)).statusCode).toBe(200);
    jest.useFakeTimers({
      now: (Number(expires) + 1) * 1_000,
      doNotFake: ['nextTick', 'setImmediate', 'setTimeout', 'setInterval', 'queueMicrotask'],
    });
    try {
      expect(await code(one.url)).toEqual([403, 'link_expired']);
    } finally {
      jest.useRealTimers();
    }
  });

  test.each(['document', 'licence'] as const)('answers ranges of a %s byte for byte', async (category) => {
    const content = Buffer.concat([pdf(), Buffer.from(Array.from({ length: 200_000 }, (_, index) => index % 251))]);
    const { url } = await uploaded('doctor', category, content);
    const size = content.length;
    const spans = [
      [0, 0],
      [0, 65_535],
      [65_535, 65_536],
      [65_536, 131_071],
      [1, size - 1],
      [131_072, size - 1],
      [size - 1, size - 1],
      [70_000, 9_999_999],
    ] as const;
    for (const [from, to] of spans) {
      const answer = await load(url, { range: `bytes=${from}-${to}` });
      expect(answer.statusCode).toBe(206);
      expect(answer.headers['content-range']).toBe(`bytes ${from}-${Math.min(to, size - 1)}/${size}`);
      expect(answer.rawPayload.equals(content.subarray(from, to + 1))).toBe(true);
    }
    expect((await load(url, { range: 'bytes=-5' })).rawPayload.equals(content.subarray(-5))).toBe(true);
    expect((await load(url, { range: `bytes=${size}-` })).statusCode).toBe(416);
    for (const range of ['bytes=0-1,3-4', 'bytes=5-2', 'bytes=-', 'chunks=1-2', 'bytes=a-b'])
      expect((await load(url, { range })).statusCode).toBe(200);
    expect((await load(url, { range: 'bytes=0-1', 'if-range': '"another"' })).statusCode).toBe(200);
  });

  test('public files need no signature, but are not for the pages of others', async () => {
    const { id, url } = await uploaded('patient', 'avatar', await png());
    const address = url.replace(/\?.*/, '');
    expect((await load(address)).headers['cache-control']).toBe('public, max-age=600');
    expect((await load(address, { referer: 'https://elsewhere.example/page' })).json().error.code).toBe('forbidden');
    expect((await load(address, { referer: 'http://localhost:80/page' })).statusCode).toBe(200);
    expect((await get('otherDoctor', id)).status).toBe(200);
  });
});

describe('access', () => {
  test('private files are for their owner and administrators; for others they are not there', async () => {
    const { id } = await uploaded('patient', 'document', pdf());
    expect((await get('patient', id)).status).toBe(200);
    expect((await get('administrator', id)).status).toBe(200);
    for (const who of ['otherPatient', 'doctor'] as const) expect((await get(who, id)).body.error.code).toBe('not_found');
    expect((await server.call('GET', `/api/v1/files/${id}`)).status).toBe(401);
  });

  test('files for a role are for its holders', async () => {
    const { id } = await uploaded('administrator', 'document', pdf(), '&access=role&role=doctor');
    expect((await get('doctor', id)).status).toBe(200);
    expect((await get('patient', id)).body.error.code).toBe('not_found');
  });

  test('what a file belongs to decides before the file’s own rule', async () => {
    const { id, url } = await uploaded('patient', 'avatar', await png());
    const asked: (string | null)[] = [];
    let verdict: boolean | undefined;
    server.modules.files.relate({
      name: 'test',
      mayRead: async (caller: Caller | null, fileId) => {
        if (fileId !== id) return undefined;
        asked.push(caller?.userId ?? null);
        return verdict;
      },
      holds: async (fileId) => fileId === id && verdict !== undefined,
    });
    verdict = false;
    expect((await get('patient', id)).body.error.code).toBe('not_found');
    expect((await load(url.replace(/\?.*/, ''))).json().error.code).toBe('not_found');
    verdict = true;
    expect((await get('otherDoctor', id)).status).toBe(200);
    expect(asked).toEqual([server.people.patient.id, null, server.people.otherDoctor.id]);
    const remove = () => server.call('DELETE', `/api/v1/files/${id}`, server.people.patient.token);
    expect((await remove()).body.error.code).toBe('in_use');
    verdict = undefined;
    expect((await remove()).status).toBe(200);
  });
});

describe('management', () => {
  const call = (method: 'GET' | 'PATCH' | 'DELETE', url: string, who: Who = 'otherDoctor', body?: object) =>
    server.call(method, `/api/v1/files${url}`, server.people[who].token, body);

  test('lists own files by kind and category, everybody’s for administrators', async () => {
    const { id } = await uploaded('otherDoctor', 'document', pdf());
    const { id: image } = await uploaded('otherDoctor', 'document', await png());
    const idsOf = async (url: string, who?: Who) => (await call('GET', url, who)).body.data.items.map((item: { id: string }) => item.id);
    expect(await idsOf('?category=document')).toEqual([image, id]);
    expect(await idsOf('?kind=document')).toEqual([id]);
    expect(await idsOf('?category=avatar')).toEqual([]);
    expect(await idsOf(`?ownerId=${server.people.otherDoctor.id}`, 'administrator')).toEqual([image, id]);
    expect(await idsOf(`?ownerId=${server.people.otherDoctor.id}`, 'otherPatient')).toEqual([]);
    const { items } = (await call('GET', '/statistics', 'administrator')).body.data;
    expect(items).toContainEqual(expect.objectContaining({ category: 'document', kind: 'document', files: expect.any(Number) }));
    expect((await call('GET', '/statistics')).status).toBe(403);
  });

  test('renames, keeping the ending of the content', async () => {
    const { id } = await uploaded('otherDoctor', 'document', pdf(), '', 'a.pdf');
    expect((await call('PATCH', `/${id}`, 'otherDoctor', { name: '../血常规.exe' })).body.data.name).toBe('血常规.exe.pdf');
    expect((await call('PATCH', `/${id}`, 'patient', { name: 'mine' })).body.error.code).toBe('not_found');
  });

  test('who may read a file is changed later: within what its owner may, further by the clinic', async () => {
    const { id } = await uploaded('otherDoctor', 'document', pdf());
    const change = (body: object, who?: Who) => call('PATCH', `/${id}`, who, body);
    expect((await change({ access: 'public' })).body.error.code).toBe('forbidden');
    expect((await change({ access: 'role' })).body.error.code).toBe('invalid_request');
    expect((await change({ role: 'patient' }, 'administrator')).body.error.code).toBe('invalid_request');
    expect((await get('patient', id)).status).toBe(404);
    expect((await change({ access: 'role', role: 'patient' }, 'administrator')).body.data).toMatchObject({
      access: 'role',
      accessRole: 'patient',
    });
    expect((await get('patient', id)).status).toBe(200);
    expect((await get('doctor', id)).status).toBe(404);
    expect((await change({ access: 'private' })).body.data).toMatchObject({ access: 'private', accessRole: null });
    expect((await get('patient', id)).status).toBe(404);
    expect((await change({ access: 'private' }, 'patient')).body.error.code).toBe('not_found');
  });

  test('deletes the row, the count and, soon after, the content', async () => {
    const before = (await call('GET', '/usage')).body.data;
    const file = await uploaded('otherDoctor', 'document', pdf(5_000));
    expect((await call('GET', '/usage')).body.data).toEqual({ ...before, bytes: before.bytes + file.bytes, files: before.files + 1 });
    const { storeKey } = await server.database.models.files.findByPk(file.id, { rejectOnEmpty: true });
    expect((await call('DELETE', `/${file.id}`, 'patient')).body.error.code).toBe('not_found');
    expect((await call('DELETE', `/${file.id}`)).status).toBe(200);
    expect((await call('DELETE', `/${file.id}`)).body.error.code).toBe('not_found');
    expect((await load(file.url)).statusCode).toBe(404);
    expect((await call('GET', '/usage')).body.data).toEqual(before);
    await server.workers.drained();
    await expect(readFile(path.join(server.config.DATA_DIR, 'files', storeKey!.slice(0, 2), storeKey!))).rejects.toMatchObject({
      code: 'ENOENT',
    });
    await server.modules.files.erase(file.id);
  });

  test('a linked file is not deleted until its last link is gone', async () => {
    const { files } = server.modules;
    const { id } = await uploaded('otherDoctor', 'document', pdf());
    await files.link(id, 'thing', '1');
    await files.link(id, 'thing', '1');
    await files.link(id, 'thing', '2');
    await files.unlink(id, 'thing', '1');
    expect((await call('DELETE', `/${id}`)).body.error.code).toBe('in_use');
    await files.relink(null, 'thing', '2');
    expect((await call('DELETE', `/${id}`)).status).toBe(200);
    await expect(files.link(id, 'thing', '1')).rejects.toMatchObject({ code: 'unknown_file' });
  });

  test('the avatar of a profile is in use until another takes its place', async () => {
    const [first, second] = [await uploaded('otherDoctor', 'avatar', await png()), await uploaded('otherDoctor', 'avatar', await webp())];
    const foreign = await uploaded('doctor', 'avatar', await png());
    const wear = (avatarFileId: string | null) =>
      server.call('PATCH', '/api/v1/users/me', server.people.otherDoctor.token, { avatarFileId });
    expect((await wear(first.id)).status).toBe(200);
    expect((await wear(foreign.id)).body.error.code).toBe('unknown_file');
    expect((await call('DELETE', `/${first.id}`)).body.error.code).toBe('in_use');
    const profile = (await wear(second.id)).body.data;
    expect(profile.avatar).toBe(`/api/v1/files/${second.id}/content`);
    expect((await call('DELETE', `/${first.id}`)).status).toBe(200);
    expect((await wear(null)).status).toBe(200);
    expect((await call('DELETE', `/${second.id}`)).status).toBe(200);
  });

  test('the quota holds against uploads that end at the same time', async () => {
    const { settings, database } = server.foundation;
    await settings.set(server.people.administrator.id, 'files.quotaMegabytes', 1, 0);
    try {
      const who = server.people.otherPatient.id;
      const store = () => server.modules.files.store({ ownerId: who, category: 'document', name: 'a.pdf', content: pdf(300_000) });
      const results = await Promise.allSettled(Array.from({ length: 8 }, store));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
      expect(results.flatMap((result) => (result.status === 'rejected' ? [result.reason.code] : []))).toEqual(
        Array(5).fill('quota_exceeded'),
      );
      expect(await server.modules.files.usageOf(who)).toMatchObject({ files: 3, quota: 1_048_576 });
      expect(await database.models.files.count({ where: { ownerId: who } })).toBe(3);
    } finally {
      await settings.set(server.people.administrator.id, 'files.quotaMegabytes', 500, 1);
    }
  });

  test('sweep takes away what belongs to no file and is old, and nothing else', async () => {
    const file = await uploaded('otherDoctor', 'document', pdf());
    const stray = path.join(server.config.DATA_DIR, 'files', 'ab');
    const { storeKey } = await server.database.models.files.findByPk(file.id, { rejectOnEmpty: true });
    const kept = path.join(server.config.DATA_DIR, 'files', storeKey!.slice(0, 2), storeKey!);
    const { mkdir } = await import('node:fs/promises');
    await mkdir(stray, { recursive: true });
    const [old, young] = [path.join(stray, 'ab'.repeat(16)), path.join(stray, `${'ab'.repeat(15)}cd`)];
    const waiting = path.join(server.config.DATA_DIR, 'files', 'incoming', 'left-behind');
    const yesterday = new Date(Date.now() - 25 * 3_600_000);
    for (const place of [old, young, waiting]) await writeFile(place, 'x');
    for (const place of [old, waiting, kept]) await utimes(place, yesterday, yesterday);
    expect(await server.modules.files.sweep()).toBe(1);
    await expect(readFile(old)).rejects.toThrow();
    await expect(readFile(waiting)).rejects.toThrow();
    expect((await readFile(young)).toString()).toBe('x');
    expect((await load(file.url)).statusCode).toBe(200);
  });
});

describe('names', () => {
  test.each([
    ['../../etc/passwd', 'passwd.pdf'],
    ['C:\\Windows\\win.ini', 'win.pdf'],
    ['血常规.jpg', '血常规.pdf'],
    ['\u202efdp.exe', 'fdp.pdf'],
    ['a\u0000b\nc.pdf', 'abc.pdf'],
    ['...', 'file.pdf'],
    ['', 'file.pdf'],
    ['.htaccess', 'file.pdf'],
    ['a"b<c>.pdf', 'a_b_c_.pdf'],
    ['\ud800x.pdf', '\ufffdx.pdf'],
    [`${'很'.repeat(400)}.pdf`, `${'很'.repeat(150)}.pdf`],
  ])('displayName(%j) is %j', (claimed, name) => {
    expect(displayName(claimed, 'pdf')).toBe(name);
  });

  test('attachmentHeader() is one header whatever the name', () => {
    expect(attachmentHeader('a"\r\nb 血.pdf')).toBe(`attachment; filename="a___b _.pdf"; filename*=UTF-8''a%22%0D%0Ab%20%E8%A1%80.pdf`);
  });

  test('rangeOf() reads what the standard allows', () => {
    expect(rangeOf('bytes=2-3', 10)).toEqual({ from: 2, to: 4 });
    expect(rangeOf('bytes=2-', 10)).toEqual({ from: 2, to: 10 });
    expect(rangeOf('bytes=-20', 10)).toEqual({ from: 0, to: 10 });
    expect(rangeOf('bytes=-0', 10)).toBeNull();
    expect(rangeOf('bytes=0-', 0)).toBeNull();
    expect(rangeOf(undefined, 10)).toBeUndefined();
  });
});
