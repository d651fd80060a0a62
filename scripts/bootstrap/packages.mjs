// Programs and libraries from the system's package manager: what is needed,
// how to see that it is there, and installing it where we may.
import { accessSync, chmodSync, constants, copyFileSync, existsSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { onExit } from './exit.mjs';
import { cacheDir, readIfThere } from './files.mjs';
import { withLock } from './lock.mjs';
import { run, say, step, UserError } from './log.mjs';

/** @param {...string} names any of these programs */
const program =
  (...names) =>
  () => {
    // Servers live in sbin, which an ordinary user's PATH often lacks.
    const dirs = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin', '/sbin'];
    return names.some((name) =>
      dirs.some((dir) => {
        try {
          accessSync(join(dir, name), constants.X_OK);
          return true;
        } catch {
          return false;
        }
      }),
    );
  };
/** @param {...string} paths any of these files */
const file =
  (...paths) =>
  () =>
    paths.some((path) => existsSync(path));
/** @param {string} path of a folder; the libraries of Debian are in one for each architecture */
const subfolders = (path) => (existsSync(path) ? readdirSync(path).map((name) => join(path, name)) : []);
/** @param {string} path below an include folder */
const header = (path) => file(join('/usr/include', path), join('/usr/local/include', path));

/**
 * Debian's package name → how to see that it is there. By what we use, not by
 * the package: a program installed in another way is as good.
 * @type {Record<string, { there: () => boolean, service?: boolean }>}
 */
const KNOWN = {
  ffmpeg: { there: program('ffmpeg') },
  // for building mediasoup's worker
  cmake: { there: program('cmake') },
  'ninja-build': { there: program('ninja') },
  'g++': { there: program('g++') },
  'dpkg-dev': { there: program('dpkg-source') },
  'flatbuffers-compiler': { there: program('flatc') },
  'libflatbuffers-dev': { there: header('flatbuffers/flatbuffers.h') },
  'libuv1-dev': { there: header('uv.h') },
  'libssl-dev': { there: header('openssl/ssl.h') },
  'libsrtp2-dev': { there: header('srtp2/srtp.h') },
  'libabsl-dev': { there: header('absl/strings/string_view.h') },
  // for the tests
  chromium: { there: program('chromium', 'chromium-browser', 'google-chrome') },
  'mariadb-server': { there: program('mariadbd'), service: true },
  'redis-server': { there: program('redis-server'), service: true },
  nftables: { there: program('nft') },
  iproute2: { there: program('tc') },
  coturn: { there: program('turnserver'), service: true },
  libfaketime: { there: () => subfolders('/usr/lib').some((folder) => existsSync(join(folder, 'faketime/libfaketimeMT.so.1'))) },
  'fonts-wqy-zenhei': {
    there: file('/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc', '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc'),
  },
};

/** What each target of the bootstrap needs. */
export const NEEDED = {
  start: ['ffmpeg'],
  test: ['ffmpeg', 'chromium', 'mariadb-server', 'redis-server', 'nftables', 'iproute2', 'coturn', 'libfaketime', 'fonts-wqy-zenhei'],
  // libsrtp2-dev serves when the source package cannot be had.
  workerBuild: [
    ...['cmake', 'ninja-build', 'g++', 'dpkg-dev', 'flatbuffers-compiler', 'libflatbuffers-dev'],
    ...['libuv1-dev', 'libssl-dev', 'libsrtp2-dev', 'libabsl-dev'],
  ],
};

const POLICY = '/usr/sbin/policy-rc.d';
const POLICY_BEFORE = '/usr/sbin/policy-rc.d.before-wenzhen';
const POLICY_TEXT = '#!/bin/sh\n# Put here by Wenzhen for the time of one apt-get: no service starts by itself.\nexit 101\n';

/**
 * Keeps packages from starting their services: a test machine's MariaDB and
 * Redis are started by the tests, and nobody else's ports get taken.
 * @returns {() => void} puts everything back
 */
function holdServices() {
  // A run that was killed may have left its own policy behind: never save that one.
  const before = readIfThere(POLICY);
  if (before !== undefined && before !== POLICY_TEXT) copyFileSync(POLICY, POLICY_BEFORE);
  writeFileSync(POLICY, POLICY_TEXT);
  chmodSync(POLICY, 0o755);
  return onExit(() => {
    if (existsSync(POLICY_BEFORE)) renameSync(POLICY_BEFORE, POLICY);
    else rmSync(POLICY, { force: true });
  });
}

/** Whether this is Debian or one of its descendants. */
export function isDebian() {
  return process.platform === 'linux' && existsSync('/etc/debian_version') && program('apt-get')();
}

/** @param {string[]} missing */
function howToInstall(missing) {
  const names = missing.join(' ');
  if (isDebian()) return `Install it with:\n\n  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${names}\n`;
  if (process.platform === 'darwin') return `Install it with:\n\n  brew install ${names}\n`;
  return `These are Debian's package names; install the same with your system's package manager:\n\n  ${names}\n`;
}

/**
 * Makes sure that these packages (Debian's names) are there; installs what is
 * missing where that is possible, else fails with the one command to run.
 * @param {string[]} list
 */
export async function ensurePackages(list) {
  const missing = list.filter((name) => !KNOWN[name].there());
  if (missing.length === 0) return;
  if (!isDebian() || process.getuid?.() !== 0) {
    throw new UserError(`Missing on this system: ${missing.join(', ')}.\n${howToInstall(missing)}\nThen run this again.`);
  }
  await withLock(
    join(cacheDir(), 'packages.lock'),
    () => say('  - waiting for another run that is installing packages'),
    () => install(list.filter((name) => !KNOWN[name].there())),
  );
  const still = missing.filter((name) => !KNOWN[name].there());
  if (still.length > 0) throw new UserError(`apt-get installed ${still.join(', ')}, but it cannot be found.`);
}

/** @param {string[]} missing */
async function install(missing) {
  if (missing.length === 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', NEEDRESTART_MODE: 'l' };
  /** @param {string[]} args */
  const apt = (...args) => run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', '-qq', ...args], { env });
  await step(`installing system packages: ${missing.join(', ')}`, async () => {
    const release = missing.some((name) => KNOWN[name].service) ? holdServices() : () => {};
    try {
      const attempt = () => apt('install', '-y', '--no-install-recommends', ...missing);
      await attempt().catch(async () => {
        // The package lists may be absent (containers) or older than the mirror.
        await apt('update').catch(() => {}); // one unreachable source of several is not our problem
        await attempt();
      });
    } finally {
      release();
    }
  });
}
