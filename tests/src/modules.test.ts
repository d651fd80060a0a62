import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

const source = path.resolve(import.meta.dirname, '../../src');

test('chat is read and written in its own folder, as a table that can be divided by visit has to be', async () => {
  const files = (await readdir(source, { recursive: true })).filter((file) => file.endsWith('.ts') && !file.startsWith('migrations'));
  const touching: string[] = [];
  for (const file of files) {
    const text = await readFile(path.join(source, file), 'utf8');
    if (/chat_messages|models\.messages\b|\bmessages\b[^=\n]*\} = \S*models/.test(text)) touching.push(file);
  }
  // The log of changes leaves it out; the law's copies, erasures and periods go over every table; old words are sealed once.
  const others = ['audit/capture.ts', 'maintenance/old-words.ts', 'privacy/catalogue/care.ts', 'privacy/retention.ts'];
  expect(touching.filter((file) => !file.startsWith('chat/')).sort()).toEqual(others);
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
