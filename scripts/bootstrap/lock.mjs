// A lock file, so that two runs at once (say, two terminals) do not build twice.
import { randomUUID } from 'node:crypto';
import * as fs from 'node:fs';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { onExit } from './exit.mjs';
import { readIfThere } from './files.mjs';

const HEARTBEAT = 5_000;
const STALE = 60_000;

/** Whether the lock's owner is gone: its process ended, or it stopped touching the file. */
function isStale(text, age) {
  const [pid, host] = text.split(' ');
  if (host === hostname()) {
    try {
      process.kill(Number(pid), 0);
    } catch (error) {
      return error.code === 'ESRCH';
    }
  }
  return age > STALE;
}

/**
 * Holds a lock file while `work` runs. The lock of a process that is gone is
 * taken over. The owner touches the file, so a reused process id does not block.
 * @template T
 * @param {string} file
 * @param {() => void} onWait called once when somebody else holds it
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(file, onWait, work) {
  fs.mkdirSync(dirname(file), { recursive: true });
  const mine = `${process.pid} ${hostname()} ${randomUUID()}`;
  const draft = `${file}.${process.pid}`;
  fs.writeFileSync(draft, mine);
  try {
    for (let waited = false; ;) {
      try {
        fs.linkSync(draft, file); // atomic, and the file has its content from the start
        break;
      } catch (error) {
        if (error.code !== 'EEXIST') throw error;
      }
      const text = readIfThere(file);
      if (text === undefined) continue;
      const age = Date.now() - (fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
      if (isStale(text, age)) {
        takeAway(file, text);
        continue;
      }
      if (!waited) onWait();
      waited = true;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  } finally {
    fs.rmSync(draft, { force: true });
  }
  const beat = setInterval(() => fs.utimes(file, new Date(), new Date(), () => {}), HEARTBEAT);
  const release = onExit(() => {
    clearInterval(beat);
    if (readIfThere(file) === mine) fs.rmSync(file, { force: true });
  });
  try {
    return await work();
  } finally {
    release();
  }
}

/** Removes a stale lock, unless somebody else has replaced it by a fresh one meanwhile. */
function takeAway(file, stale) {
  const aside = `${file}.stale-${process.pid}`;
  try {
    fs.renameSync(file, aside);
  } catch {
    return; // somebody else was faster
  }
  if (readIfThere(aside) !== stale) {
    try {
      fs.linkSync(aside, file);
    } catch {
      // yet another owner has it now
    }
  }
  fs.rmSync(aside, { force: true });
}
