// Small file helpers: where our cache is, hashes, atomic writes.
import { createHash, randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/[\\/]$/, '');

let cache;
/** Our folder in the user's cache; in the temporary folder where there is no writable home. */
export function cacheDir() {
  if (cache) return cache;
  const wanted = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'wenzhen');
  for (const dir of [wanted, join(tmpdir(), `wenzhen-cache-${process.getuid?.() ?? 0}`)]) {
    try {
      fs.mkdirSync(dir, { recursive: true, mode: 0o700 });
      fs.accessSync(dir, fs.constants.W_OK);
      return (cache = dir);
    } catch {
      // try the next one
    }
  }
  throw new Error(`cannot write to ${wanted}; set XDG_CACHE_HOME`);
}

/**
 * All files below a folder, sorted; hidden ones and those named in `skip` left out.
 * @param {string} dir
 * @param {string[]} [skip]
 * @returns {string[]}
 */
export function filesUnder(dir, skip = []) {
  const found = [];
  for (const entry of fs.readdirSync(dir, { withFileTypes: true })) {
    if (entry.name.startsWith('.') || skip.includes(entry.name)) continue;
    const path = join(dir, entry.name);
    if (entry.isDirectory()) found.push(...filesUnder(path, skip));
    else if (entry.isFile()) found.push(path);
  }
  return found.sort((a, b) => (a < b ? -1 : 1));
}

/**
 * A short hash over file names (relative to the root) and contents.
 * @param {string[]} files missing ones count as empty
 * @param {string[]} [extra] further strings that matter
 */
export function hashOf(files, extra = []) {
  const hash = createHash('sha256');
  for (const file of files) {
    hash.update(`\0${relative(root, file).split(sep).join('/')}\0`);
    if (fs.existsSync(file)) hash.update(fs.readFileSync(file));
  }
  for (const text of extra) hash.update(`\0${text}`);
  return hash.digest('hex').slice(0, 16);
}

/**
 * The file's text, or undefined when it does not exist.
 * @param {string} file
 */
export function readIfThere(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/**
 * Puts a file in its place in one move, so that nobody ever sees half of it.
 * @param {string} target
 * @param {(temporary: string) => void} write
 */
export function replaceFile(target, write) {
  fs.mkdirSync(dirname(target), { recursive: true });
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}`);
  try {
    write(temporary);
    fs.renameSync(temporary, target);
  } finally {
    fs.rmSync(temporary, { force: true });
  }
}
