/** Categories and states of files, and contents of before their category was encrypted. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { categoryNames } from '#src/files/categories.ts';
import { openFileStore } from '#src/files/local-store.ts';
import { sealOldContents } from '#src/files/sealing-old.ts';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { fileCalls, type Who } from '#tests/support/file-calls.ts';
import { pdf, png } from '#tests/support/sample-files.ts';

let server: TestApp;
beforeAll(async () => {
  server = await startApp();
});
afterAll(() => server.close());

const { uploaded, load, get, onDisk, placeOf } = fileCalls(() => server);

describe('contents that an older version kept in clear', () => {
  /** Makes a file of what it was before its category was encrypted. */
  async function oldFile(content: Buffer) {
    const file = await uploaded('doctor', 'document', content);
    const row = await server.database.models.files.findByPk(file.id, { rejectOnEmpty: true });
    const place = placeOf(row.storeKey!);
    await writeFile(place, content);
    await row.update({ keySealed: null });
    return { ...file, place, row };
  }

  test('are read as they are, also in parts, and encrypted by the nightly job; what was changed or is gone stays', async () => {
    const content = Buffer.concat([pdf(150_000), Buffer.from('finding in clear')]);
    const old = await oldFile(content);
    const [changed, gone] = [await oldFile(pdf(300)), await oldFile(pdf(400))];
    await writeFile(changed.place, pdf(301).subarray(0, 300));
    await rm(gone.place);
    const picture = await uploaded('doctor', 'avatar', await png());
    expect((await load(old.url)).rawPayload.equals(content)).toBe(true);
    expect((await onDisk()).includes('finding in clear')).toBe(true);

    const { database, vault } = server.foundation;
    const parts = { database, vault, store: openFileStore(server.config) };
    const both = await Promise.all([sealOldContents(parts, { graceMs: 0 }), sealOldContents(parts, { graceMs: 0 })]);
    expect(both.reduce((sum, { sealed }) => sum + sealed, 0)).toBe(1);
    expect(await sealOldContents(parts)).toEqual({ sealed: 0, unreadable: 2 });
    expect((await onDisk()).includes('finding in clear')).toBe(false);
    await expect(readFile(old.place)).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await load(old.url)).rawPayload.equals(content)).toBe(true);
    expect((await load(old.url, { range: 'bytes=70000-70009' })).rawPayload.equals(content.subarray(70_000, 70_010))).toBe(true);
    const { files } = database.models;
    expect(await files.count({ where: { id: [changed.id, gone.id, picture.id], keySealed: null } })).toBe(3);
    expect((await files.findByPk(old.id))?.updatedAt).toEqual(old.row.updatedAt);
    await files.update({ state: 'deleted' }, { where: { id: [changed.id, gone.id] } });
    await server.modules.files.sweep();
  });
});

describe('categories and states', () => {
  const call = (method: 'GET' | 'PATCH' | 'PUT' | 'DELETE', url: string, who: Who = 'otherDoctor', body?: object) =>
    server.call(method, `/api/v1/files${url}`, server.people[who].token, body);

  test('tells what files may be', async () => {
    const { items } = (await call('GET', '/categories')).body.data;
    expect(items.map(({ category }: { category: string }) => category)).toEqual(categoryNames);
    expect(items.find(({ category }: { category: string }) => category === 'avatar')).toEqual({
      ...{ category: 'avatar', kinds: [{ kind: 'image', maxBytes: 20 * 1_048_576 }], access: 'public' },
      ...{ encrypted: false, uploadable: true, maxEdge: 1_024 },
    });
    const made = items.filter(({ uploadable }: { uploadable: boolean }) => !uploadable);
    expect(made.map(({ category }: { category: string }) => category)).toEqual(['data-export', 'recording']);
  });

  test('the clinic withholds a file: nobody gets it, it counts, and it comes back or goes', async () => {
    const [file, used] = [await uploaded('otherDoctor', 'document', pdf()), await uploaded('otherDoctor', 'document', pdf())];
    const set = (state: string, who: Who = 'administrator', id = file.id) => call('PUT', `/${id}/state`, who, { state });
    const before = (await call('GET', '/usage')).body.data;
    expect((await set('withheld', 'otherDoctor')).status).toBe(403);
    expect((await set('deleted')).body.error.code).toBe('invalid_request');
    expect((await set('withheld')).status).toBe(200);
    expect((await set('withheld')).body.error.code).toBe('wrong_state');
    for (const who of ['otherDoctor', 'administrator'] as const) {
      expect((await get(who, file.id)).body.error.code).toBe('not_found');
      expect((await call('PATCH', `/${file.id}`, who, { name: 'x' })).body.error.code).toBe('not_found');
    }
    // Its address was good for minutes.
    expect((await load(file.url)).statusCode).toBe(404);
    await expect(server.modules.files.link(file.id, 'thing', '1')).rejects.toMatchObject({ code: 'unknown_file' });
    expect((await call('DELETE', `/${file.id}`)).body.error.code).toBe('not_found');
    expect((await call('GET', '/usage')).body.data).toEqual(before);
    const listed = async (state: string, who: Who) =>
      (await call('GET', `?state=${state}`, who)).body.data.items.map(({ id }: { id: string }) => id);
    expect(await listed('withheld', 'otherDoctor')).toEqual([file.id]);
    expect(await listed('withheld', 'doctor')).toEqual([]);
    expect(await listed('active', 'otherDoctor')).not.toContain(file.id);
    expect((await call('GET', '/statistics', 'administrator')).body.data.states).toContainEqual({
      ...{ state: 'withheld', files: 1, bytes: file.bytes },
    });
    expect((await set('active')).status).toBe(200);
    expect((await set('active')).body.error.code).toBe('wrong_state');
    expect((await load(file.url)).statusCode).toBe(200);

    await server.modules.files.link(used.id, 'thing', '3');
    await set('withheld', 'administrator', used.id);
    expect((await call('DELETE', `/${used.id}`, 'administrator')).body.error.code).toBe('in_use');
    await server.modules.files.unlink(used.id, 'thing', '3');
    expect((await call('DELETE', `/${used.id}`, 'administrator')).status).toBe(200);
    expect((await call('GET', '/usage')).body.data.files).toBe(before.files - 1);
    expect((await set('active', 'administrator', used.id)).body.error.code).toBe('not_found');
    const [gone] = (await call('GET', `?state=deleted&ownerId=${server.people.otherDoctor.id}`, 'administrator')).body.data.items;
    expect(gone).toMatchObject({ state: 'deleted', deletedAt: expect.any(String) });
  });

  test('the clinic puts a file into another category that is encrypted and takes its kind', async () => {
    const { id } = await uploaded('otherDoctor', 'document', pdf());
    const put = async (category: string, who: Who = 'administrator') => (await call('PATCH', `/${id}`, who, { category })).body;
    expect((await put('licence', 'otherDoctor')).error.code).toBe('forbidden');
    expect((await put('avatar')).error.code).toBe('unsupported_file');
    expect((await put('id-photo')).error.code).toBe('unsupported_file');
    expect((await put('recording')).error.code).toBe('invalid_request');
    expect((await put('licence')).data).toMatchObject({ category: 'licence', access: 'private' });
    await server.modules.files.link(id, 'thing', '4');
    expect((await put('document')).error.code).toBe('in_use');
  });
});
