// What the user sees, and running programs quietly: one line per step, their
// output in a log file whose end is shown only when something fails.
import { spawn } from 'node:child_process';
import { appendFileSync, closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { onExit } from './exit.mjs';
import { cacheDir } from './files.mjs';

/** An error whose message is for the user: printed without a stack trace. */
export class UserError extends Error {}

const tty = Boolean(process.stdout.isTTY);
const KEEP_LOGS = 7 * 24 * 3600 * 1000;
let headerShown = false;
let logFile;

/**
 * Prints a line; the first one brings the header with it, so that a run with
 * nothing to do stays silent.
 * @param {string} line
 */
export function say(line) {
  if (!headerShown) {
    headerShown = true;
    console.log('\nWenzhen (问诊) is getting ready. The first run takes a few minutes, later ones none.\n');
  }
  console.log(line);
}

/**
 * Opens the log file of this run (in the cache, since npm ci empties node_modules).
 * @param {string} name
 */
export function startLog(name) {
  const dir = join(cacheDir(), 'logs');
  mkdirSync(dir, { recursive: true });
  for (const old of readdirSync(dir)) {
    const file = join(dir, old);
    const age = Date.now() - (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > KEEP_LOGS) rmSync(file, { force: true });
  }
  logFile = join(dir, `${name}-${process.pid}.log`);
  return logFile;
}

/** @param {number} ms */
function elapsed(ms) {
  const s = Math.round(ms / 1000);
  return s < 60 ? `${s} s` : `${Math.floor(s / 60)} min ${String(s % 60).padStart(2, '0')} s`;
}

/**
 * Runs one step with a visible beginning, progress and end. On a terminal the
 * progress rewrites its line; in a CI log it is a line every 10 seconds at most.
 * @template T
 * @param {string} label
 * @param {(progress: (text: string) => void) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(label, work) {
  const began = Date.now();
  let text = '';
  say(`  - ${label}`);
  const timer = setInterval(
    () => {
      const line = `      ${text ? `${text}, ` : ''}${elapsed(Date.now() - began)}`;
      if (tty) process.stdout.write(`\r\x1b[K${line}`);
      else console.log(line);
    },
    tty ? 1000 : 10_000,
  );
  const clear = () => {
    clearInterval(timer);
    if (tty) process.stdout.write('\r\x1b[K');
  };
  try {
    const result = await work((progress) => {
      text = progress;
    });
    clear();
    say(`    done (${elapsed(Date.now() - began)})`);
    return result;
  } catch (error) {
    clear();
    throw error;
  }
}

/**
 * Runs a program with its output in the log file.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, onLine?: (line: string) => void }} [options]
 *   onLine sees every output line
 * @returns {Promise<void>}
 */
export async function run(command, args, { cwd, env, onLine } = {}) {
  const file = logFile ?? startLog('bootstrap');
  const shown = [command, ...args].map((a) => (/^[\w./:=@%+,-]+$/.test(a) ? a : `'${a}'`)).join(' ');
  appendFileSync(file, `\n$ ${shown}\n`);
  const from = readFileSync(file).length;
  const fd = openSync(file, 'a');
  // Colour codes would only garble the log file.
  const plain = { ...(env ?? process.env), NO_COLOR: '1', FORCE_COLOR: '0' };
  const child = spawn(command, args, { cwd, env: plain, stdio: ['ignore', onLine ? 'pipe' : fd, fd] });
  const forget = onExit(() => {
    child.kill();
  });
  let rest = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk) => {
    appendFileSync(fd, chunk);
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach((line) => onLine?.(line));
  });
  const failure = await new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(code === 0 ? '' : `ended with ${signal ?? `status ${code}`}`));
  });
  closeSync(fd);
  forget(); // killing an ended child does nothing
  if (!failure) return;
  // Some programs tell the cause first (npm), some last (compilers).
  const lines = readFileSync(file).subarray(from).toString().trimEnd().split('\n');
  const excerpt = lines.length > 50 ? [...lines.slice(0, 30), '[...]', ...lines.slice(-18)] : lines;
  throw new UserError(`${shown}\n${failure}. Its output (all of it: ${file}):\n\n${excerpt.join('\n')}\n`);
}
