import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

const source = path.resolve(import.meta.dirname, '../../src');

/** Tables that grow (docs/modules.md): the model, the files that may touch it, and those that go over it for another reason. */
const growing: [table: string, model: string, home: RegExp, others: string[]][] = [
  // The log of changes leaves it out; the law's copies, erasures and periods go over every table; old words are sealed once.
  [
    ...(['chat_messages', 'messages', /^chat\//] as const),
    ['audit/capture.ts', 'maintenance/old-words.ts', 'privacy/catalogue/care.ts', 'privacy/retention.ts'],
  ],
  // Figures of messages join it; the clock's maintenance knows no person.
  ['notifications', 'notifications', /^notifications\/(store|model)\.ts$/, ['messaging/log.ts', 'messaging/period-log.ts']],
  ['medical_audit', 'medicalAudit', /^audit\//, []],
  ['user_views', 'userViews', /^users\/(views-opened|model)\.ts$/, ['auth/cleaning.ts']],
  ['login_log', 'logins', /^auth\/(login-log|model|cleaning)\.ts$/, []],
];

test.each(growing)('%s is read and written in one place, as a table that can be divided has to be', async (table, model, home, others) => {
  const files = (await readdir(source, { recursive: true })).filter((file) => file.endsWith('.ts') && !file.startsWith('migrations'));
  const sql = table === 'chat_messages' ? table : `(FROM|JOIN|INTO|UPDATE|TABLE|deliveries d LEFT JOIN) ${table}\\b`;
  const touches = new RegExp(`${sql}|models\\.${model}\\b|models: \\{[^}]*\\b${model}\\b|\\b${model}\\b[^=\\n]*\\} = \\S*models`);
  const touching: string[] = [];
  for (const file of files) if (touches.test(await readFile(path.join(source, file), 'utf8'))) touching.push(file);
  expect(touching.filter((file) => !home.test(file)).sort()).toEqual(others);
});

test('every module with routes has schemas and a service beside them, and its routes are registered', async () => {
  const folders = (await readdir(source, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const modules: string[] = [];
  for (const folder of folders) {
    const files = await readdir(path.join(source, folder));
    if (!files.includes('routes.ts')) continue;
    modules.push(folder);
    expect([folder, files]).toEqual([folder, expect.arrayContaining(['routes.ts', 'schemas.ts', 'service.ts'])]);
  }
  expect(modules.length).toBeGreaterThan(0);
  const parts = await readdir(path.join(source, 'modules'));
  const listed = (await Promise.all(parts.map((part) => readFile(path.join(source, 'modules', part), 'utf8')))).join('\n');
  for (const folder of modules) expect(listed).toContain(`'../${folder}/routes.ts'`);
});
