/** Commands on the data of a site, each run as its own process, on both engines. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { loadConfig } from '#config/index.ts';
import { createFiles } from '#src/files/service.ts';
import { createFoundation, type Foundation } from '#src/foundation.ts';
import { phoneColumn } from '#src/users/model.ts';
import { createUsers } from '#src/users/service.ts';
import { silentLog } from '#tests/support/app.ts';
import { newMariaDb } from '#tests/support/databases.ts';
import { production, program } from '#tests/support/program.ts';
import { pdf } from '#tests/support/sample-files.ts';
import { tampering } from '#tests/support/tamper.ts';

const NEW_KEY = `${production.DATA_KEYS},k2:${'cd'.repeat(32)}`;

const linesOf = (output: string): string[] => output.trim().split('\n').toSorted();

/** A document as versions before its encryption kept it. */
async function oldFile(foundation: Foundation): Promise<string> {
  const { database, config } = foundation;
  const { id } = await createFiles(foundation).store({ ownerId: null, category: 'document', name: 'a.pdf', content: pdf(1_000) });
  const row = await database.models.files.findByPk(id, { rejectOnEmpty: true });
  const key = row.storeKey ?? '';
  await writeFile(path.join(config.DATA_DIR, 'files', key.slice(0, 2), key), pdf(1_000));
  await row.update({ keySealed: null });
  return id;
}

describe.each(['sqlite', 'mysql'])('on %s', (dialect) => {
  let folder: string;
  let env: Record<string, string>;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-commands-'));
    env = { ...production, DATA_DIR: folder, ...(dialect === 'mysql' && { DATABASE_URL: await newMariaDb({ empty: true }) }) };
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  async function onSite<T>(work: (foundation: Foundation) => Promise<T>, settings: Record<string, string> = {}): Promise<T> {
    const foundation = await createFoundation(loadConfig({ ...env, ...settings }), silentLog);
    try {
      return await work(foundation);
    } finally {
      await foundation.close();
    }
  }

  test('a command does not make tables; a server has to have started once', async () => {
    const { code, output } = await program(['audit', 'verify'], env);
    expect([code, output]).toEqual([1, expect.stringContaining('start the server once (0001-users-and-sessions')]);
  });

  test('rotate-keys seals everything with the last key, so that the first one can go', async () => {
    const people = await onSite(async (foundation) => {
      const users = createUsers(foundation);
      const one = (n: number) => users.create({ name: `n${n}`, phone: `1380013800${n}`, roles: ['patient'] });
      return [await one(1), await one(2)];
    });
    const fileId = await onSite(oldFile);
    const first = await program(['rotate-keys'], { ...env, DATA_KEYS: NEW_KEY });
    expect([first.code, linesOf(first.output)]).toEqual([
      0,
      [
        '1 contents of files were in clear and are encrypted now',
        'Sealed 3 values with the key k2.',
        'files.name_sealed: 1',
        'users.phone_sealed: 2',
      ],
    ]);
    const again = await program(['rotate-keys'], { ...env, DATA_KEYS: NEW_KEY });
    expect([again.code, again.output]).toEqual([0, 'Nothing to do: every value is sealed with the key k2.\n']);
    env['DATA_KEYS'] = `k2:${'cd'.repeat(32)}`;
    await onSite(async (foundation) => {
      const { stream } = await createFiles(foundation).open(fileId);
      expect((await buffer(stream)).equals(pdf(1_000))).toBe(true);
      const { database, vault } = foundation;
      expect((await database.models.files.findByPk(fileId))?.keySealed).not.toBeNull();
      const id = people[1]?.id ?? '';
      const row = await database.models.users.findByPk(id);
      expect(vault.open(phoneColumn, id, row?.phoneSealed ?? '')).toBe('13800138002');
    });
  });

  test('verify-keys tells whether the keys belong to the database', async () => {
    const right = await program(['verify-keys'], env);
    expect([right.code, right.output]).toEqual([0, 'Key k2: 4 values\nEvery sealed value can be opened.\n']);
    const wrong = await program(['verify-keys'], { ...env, DATA_KEYS: `k2:${'ef'.repeat(32)}` });
    const broken = (column: string, values: number) => `${column}: ${values} values cannot be opened`;
    expect([wrong.code, linesOf(wrong.output)]).toEqual([
      1,
      [broken('files.key_sealed', 1), broken('files.name_sealed', 1), broken('users.phone_sealed', 2)],
    ]);
  });

  test('rotate-keys without the key of a value says which one, and changes nothing of it', async () => {
    const { code, output } = await program(['rotate-keys'], { ...env, DATA_KEYS: `k3:${'ef'.repeat(32)}` });
    expect([code, output]).toEqual([1, expect.stringContaining('DATA_KEYS holds no key k2')]);
  });

  test('audit verify names the place of each break and ends with 1', async () => {
    const [whole, changed, cut] = [randomUUID(), randomUUID(), randomUUID()] as const;
    const actor = { userId: randomUUID(), requestId: 'req_1', ip: '127.0.0.1' };
    await onSite(async ({ audit }) => {
      for (const patientId of [whole, changed, cut])
        for (const objectId of ['a', 'b', 'c']) await audit.medical(actor, 'read', { patientId, objectType: 'record', objectId });
    });
    const sound = await program(['audit', 'verify'], env);
    expect([sound.code, sound.output]).toEqual([0, 'All 3 audit chains are sound.\n']);
    await onSite(({ database }) =>
      tampering(database, async () => {
        const { medicalAudit } = database.models;
        await medicalAudit.update({ objectId: 'z' }, { where: { patientId: changed, seq: 2 } });
        await medicalAudit.destroy({ where: { patientId: cut, seq: 3 } });
      }),
    );
    const { code, output } = await program(['audit', 'verify'], env);
    expect(code).toBe(1);
    const lines = [`Chain of patient ${changed}: row changed at entry 2`, `Chain of patient ${cut}: end missing at entry 3`];
    expect(output.trim().split('\n').toSorted()).toEqual(['2 of 3 audit chains are broken', ...lines].toSorted());
  });
});
