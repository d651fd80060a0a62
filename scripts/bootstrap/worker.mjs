// Obtains mediasoup's worker, the C++ program that forwards the media, and puts
// it where mediasoup's own JavaScript looks: nothing to configure at run time.
// The package's install script is not used: where its download fails it starts
// a build that downloads more, and a closed network (a hospital's) has neither.
import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { arch, platform, release } from 'node:os';
import { join } from 'node:path';
import { onExit } from './exit.mjs';
import { cacheDir, filesUnder, hashOf, readIfThere, replaceFile, root } from './files.mjs';
import { withLock } from './lock.mjs';
import { run, say, step, UserError } from './log.mjs';
import { ensurePackages, isDebian, NEEDED } from './packages.mjs';

const RELEASES = 'https://github.com/versatica/mediasoup/releases/download';
const NAME = platform() === 'win32' ? 'mediasoup-worker.exe' : 'mediasoup-worker';

/**
 * What stands beside the binary; the server's start-up log shows it.
 * @typedef {{ version: string, origin: 'prebuilt' | 'local', srtp: 'openssl' | 'nss', build: string }} Sidecar
 * `build` is the hash of scripts/worker the binary was made with.
 */

/** Where everything is, for the mediasoup in node_modules. */
function places() {
  const dir = join(root, 'node_modules', 'mediasoup');
  const { version } = JSON.parse(fs.readFileSync(join(dir, 'package.json'), 'utf8'));
  const build = hashOf(filesUnder(join(root, 'scripts', 'worker')));
  return {
    version,
    build,
    workerDir: join(dir, 'worker'),
    release: join(dir, 'worker', 'out', 'Release'),
    cached: join(cacheDir(), `mediasoup-worker-${version}-${platform()}-${arch()}-${build}`),
  };
}

/** Started without its environment, the worker ends with status 41 when it can run here at all. */
function runs(binary) {
  return spawnSync(binary, { env: {}, stdio: 'ignore', timeout: 10_000 }).status === 41;
}

/**
 * The sidecar of the worker in this folder, if there is one of the right version
 * that runs (after an upgrade of the system its libraries may be gone).
 * @param {string} dir
 * @param {{ version: string, build: string }} wanted
 * @returns {Sidecar | undefined}
 */
function usable(dir, { version, build }) {
  try {
    const sidecar = JSON.parse(readIfThere(join(dir, 'mediasoup-worker.json')) ?? '{}');
    const fits = sidecar.version === version && (sidecar.origin === 'prebuilt' || sidecar.build === build);
    return fits && runs(join(dir, NAME)) ? sidecar : undefined;
  } catch {
    return undefined; // an unreadable sidecar is as good as none
  }
}

/**
 * @param {string} binary
 * @param {Sidecar} sidecar
 * @param {string} dir
 */
function put(binary, sidecar, dir) {
  // Sidecar last: it vouches for the binary.
  fs.rmSync(join(dir, 'mediasoup-worker.json'), { force: true });
  replaceFile(join(dir, NAME), (temporary) => {
    fs.copyFileSync(binary, temporary);
    fs.chmodSync(temporary, 0o755);
  });
  replaceFile(join(dir, 'mediasoup-worker.json'), (temporary) => {
    fs.writeFileSync(temporary, `${JSON.stringify(sidecar)}\n`);
  });
}

/**
 * mediasoup's own prebuilt binary: name and address as in its npm-scripts.mjs.
 * A network that swallows packets must not hold the start up, so time is short.
 * @param {string} version
 * @param {string} dir an empty folder
 * @returns {Promise<string | undefined>} the binary
 */
async function download(version, dir) {
  if (process.env.MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD) return undefined;
  const kernel = platform() === 'linux' ? `-kernel${release().split('.')[0]}` : '';
  const base = process.env.MEDIASOUP_WORKER_PREBUILT_DOWNLOAD_BASE_URL || RELEASES;
  const abort = new AbortController();
  let timer = setTimeout(() => abort.abort(), 6_000);
  try {
    const url = `${base}/${version}/mediasoup-worker-${version}-${platform()}-${arch()}${kernel}.tgz`;
    const answer = await fetch(url, { signal: abort.signal });
    if (!answer.ok) return undefined;
    clearTimeout(timer);
    timer = setTimeout(() => abort.abort(), 120_000);
    const archive = join(dir, 'prebuilt.tgz');
    fs.writeFileSync(archive, Buffer.from(await answer.arrayBuffer()));
    await run('tar', ['-xzf', archive, '-C', dir]);
    const binary = join(dir, NAME);
    return runs(binary) ? binary : undefined; // too old a libc, for one
  } catch {
    return undefined;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Whether a worker is at hand without network or compiler; copies it from the
 * cache when it is only there.
 * @returns {boolean}
 */
function findWorker() {
  const own = process.env.MEDIASOUP_WORKER_BIN;
  if (own) {
    if (!fs.existsSync(own)) throw new UserError(`MEDIASOUP_WORKER_BIN is set, but there is no file ${own}.`);
    return true;
  }
  const place = places();
  if (usable(place.release, place)) return true;
  const sidecar = usable(place.cached, place);
  if (sidecar) put(join(place.cached, NAME), sidecar, place.release);
  return Boolean(sidecar);
}

/**
 * Makes sure that mediasoup's worker is in its place: from the cache, else
 * mediasoup's prebuilt binary, else built here.
 * @param {string[]} packages further packages this run needs, so that a user who
 *   has to install something by hand is told everything at once
 */
export async function obtainWorker(packages = []) {
  if (findWorker()) {
    await ensurePackages(packages);
    return;
  }
  const place = places();
  const waiting = () => say('  - waiting for another run that is building the media worker');
  await withLock(`${place.cached}.lock`, waiting, async () => {
    if (findWorker()) return;
    // Inside the cache, hence on its file system; leftovers of a killed run go first.
    const dir = `${place.cached}.build`;
    fs.rmSync(dir, { recursive: true, force: true });
    fs.mkdirSync(dir, { recursive: true });
    const clean = onExit(() => fs.rmSync(dir, { recursive: true, force: true }));
    try {
      const made = (await fromRelease(place, dir)) ?? (await fromSource(place, dir, packages));
      const sidecar = { version: place.version, origin: made.origin, srtp: made.srtp, build: place.build };
      put(made.binary, sidecar, place.cached);
      put(made.binary, sidecar, place.release);
    } finally {
      clean();
    }
  });
  await ensurePackages(packages);
}

async function fromRelease({ version }, dir) {
  const binary = await step(`looking for a prebuilt media worker (mediasoup ${version})`, () => download(version, dir));
  return binary && { binary, origin: 'prebuilt', srtp: 'openssl' };
}

async function fromSource({ workerDir }, dir, packages) {
  if (!isDebian()) {
    throw new UserError(
      'The prebuilt mediasoup-worker could not be downloaded, and building it is supported on Debian and Ubuntu only.\n' +
        'Allow access to github.com, or set MEDIASOUP_WORKER_BIN to a worker of this version.',
    );
  }
  await ensurePackages([...packages, ...NEEDED.workerBuild]);
  const { buildWorker } = await import('../worker/build.mjs');
  const made = await step('none to be had: building the media worker from source, a few minutes, once', (progress) =>
    buildWorker(workerDir, dir, progress),
  );
  if (!runs(made.binary)) throw new UserError(`The media worker was built, but does not run on this system.`);
  if (made.srtp === 'nss') {
    say("    note: libsrtp's source package was not available; with the system's libsrtp forwarding costs twice the CPU");
  }
  return { ...made, origin: 'local' };
}
