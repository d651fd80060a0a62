import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

const source = path.resolve(import.meta.dirname, '../../src');

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
