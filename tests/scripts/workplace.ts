/** A throw-away project folder with planted files; it shares our dependencies and is removed after the test file. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The real project. */
export const projectRoot = fileURLToPath(new URL('../..', import.meta.url));

const planted: string[] = [];
afterAll(() => planted.forEach((root) => rmSync(root, { recursive: true, force: true })));

/**
 * @param files contents by path
 * @returns the folder
 */
export function plant(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'wenzhen-planted-'));
  planted.push(root);
  symlinkSync(join(projectRoot, 'node_modules'), join(root, 'node_modules'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}
