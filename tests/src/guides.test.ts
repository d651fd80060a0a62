/** The commands of the guides do what the guides say. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { loadConfig } from '#config/index.ts';
import { createFiles } from '#src/files/service.ts';
import { createFoundation } from '#src/foundation.ts';
import { phoneColumn } from '#src/users/model.ts';
import { createUsers } from '#src/users/service.ts';
import { silentLog } from '#tests/support/app.ts';
import { newMariaDb } from '#tests/support/databases.ts';
import { commandsOf, runCommands } from '#tests/support/guide.ts';
import { production } from '#tests/support/program.ts';
import { photo } from '#tests/support/sample-files.ts';
import { startServer } from '#tests/support/server.ts';

test('the booking of docs/api-guide.md goes through, from signing in to calling it off', async () => {
  const server = await startServer();
  try {
    const { account, password } = server.patient;
    const output = await runCommands(await commandsOf('api-guide.md'), { BASE: server.url, ACCOUNT: account, PASSWORD: password });
    expect(output).toMatch(/^Appointment [\w-]{36} is confirmed; its page is http\S+\/clinic\/visits\/[\w-]{36}\ncancelled\n$/);
  } finally {
    await server.close();
  }
}, 60_000);

test('backup and restore of docs/operations.md bring back database, files, keys and audit chains', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'wenzhen-guides-'));
  try {
    const { hostname, port, pathname } = new URL(await newMariaDb());
    const [conf, BACKUP] = [path.join(folder, 'mysql.conf'), path.join(folder, 'backup')];
    await writeFile(conf, `[client]\nhost=${hostname}\nport=${port}\nuser=root\n`, { mode: 0o600 });
    const DATABASE = pathname.slice(1);
    const site = (name: string, database: string) => ({
      ...{ ...production, DATA_DIR: path.join(folder, name), DATABASE_URL: `mysql://root@${hostname}:${port}/${database}` },
      ...{ MYSQL_CONF: conf, BACKUP, DATABASE },
    });
    const before = site('before', DATABASE);
    const foundation = await createFoundation(loadConfig(before), silentLog);
    const { id } = await createUsers(foundation).create({ name: '王敏', phone: '13800138000', roles: ['patient'] });
    const actor = { userId: id, requestId: 'req_1', ip: '127.0.0.1' };
    await foundation.audit.medical(actor, 'read', { patientId: id, objectType: 'record', objectId: 'r' });
    const upload = { ownerId: id, category: 'id-photo', name: '身份证.png', content: await photo() } as const;
    const file = await createFiles(foundation).store(upload);
    await foundation.close();
    await runCommands(await commandsOf('operations.md', '## Backup'), before);

    const RESTORED = `${DATABASE}_restored`;
    const after = { ...site('after', RESTORED), RESTORED };
    expect(await runCommands(await commandsOf('operations.md', '## Restore'), after)).toBe(
      'Key k1: 3 values\nEvery sealed value can be opened.\nAll 1 audit chains are sound.\n',
    );
    const restored = await createFoundation(loadConfig(after), silentLog);
    const row = await restored.database.models.users.findByPk(id, { rejectOnEmpty: true });
    expect(restored.vault.open(phoneColumn, id, row.phoneSealed ?? '')).toBe('13800138000');
    const { stream } = await createFiles(restored).open(file.id);
    expect((await buffer(stream)).length).toBe(file.bytes);
    await restored.close();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);
