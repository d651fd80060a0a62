// Builds mediasoup's worker on this machine: libsrtp2 with OpenSSL from the
// distribution's source package, then the worker with CMakeLists.txt beside this.
import * as fs from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { filesUnder } from '../bootstrap/files.mjs';
import { run } from '../bootstrap/log.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));

/**
 * A private apt configuration whose sources are the system's own, as deb-src:
 * most systems list no source packages, and theirs is not ours to edit.
 * @param {string} dir
 * @returns {string[]} options for apt-get
 */
function sourceApt(dir) {
  const parts = join(dir, 'parts');
  fs.mkdirSync(parts, { recursive: true });
  fs.mkdirSync(join(dir, 'lists', 'partial'), { recursive: true });
  const lists = ['/etc/apt/sources.list'];
  const system = '/etc/apt/sources.list.d';
  if (fs.existsSync(system)) lists.push(...filesUnder(system));
  lists.forEach((list, i) => {
    if (!fs.existsSync(list)) return;
    const text = fs.readFileSync(list, 'utf8');
    if (list.endsWith('.sources')) {
      fs.writeFileSync(join(parts, `${i}.sources`), text.replace(/^Types:.*$/gim, 'Types: deb-src'));
    } else if (list.endsWith('.list')) {
      fs.writeFileSync(join(parts, `${i}.list`), text.replace(/^\s*deb\s/gm, 'deb-src '));
    }
  });
  return [
    ...['-o', 'Dir::Etc::SourceList=/dev/null', '-o', `Dir::Etc::SourceParts=${parts}`],
    ...['-o', `Dir::State::Lists=${join(dir, 'lists')}`, '-o', `Dir::Cache=${dir}`],
    ...['-o', 'Acquire::http::Timeout=20', '-o', 'Acquire::Retries=1', '-o', 'APT::Sandbox::User=', '-q'],
  ];
}

/**
 * Builds libsrtp2 with OpenSSL's ciphers. Debian's own is built with NSS, and
 * with that forwarding a packet costs twice the CPU.
 * @param {string} dir an empty folder
 * @param {'ON' | 'OFF'} [shared] a library to load instead of one to link
 * @returns {Promise<string>} the prefix it is installed in
 */
export async function buildSrtp(dir, shared = 'OFF') {
  fs.mkdirSync(dir, { recursive: true });
  const apt = sourceApt(join(dir, 'apt'));
  // Some configured source may be unreachable; what counts is whether ours arrives.
  await run('apt-get', [...apt, 'update']).catch(() => {});
  await run('apt-get', [...apt, 'source', '--download-only', 'libsrtp2'], { cwd: dir });
  const dsc = fs.readdirSync(dir).find((name) => name.endsWith('.dsc'));
  if (!dsc) throw new Error('apt-get brought no source package');
  // apt has checked the files against the archive's signature already.
  await run('dpkg-source', ['--no-check', '-x', dsc, 'source'], { cwd: dir });
  const prefix = join(dir, 'prefix');
  await run('cmake', [
    ...['-G', 'Ninja', '-S', join(dir, 'source'), '-B', join(dir, 'build'), '-DCMAKE_BUILD_TYPE=Release'],
    ...['-DENABLE_OPENSSL=ON', '-DTEST_APPS=OFF', '-DBUILD_WITH_WARNINGS=OFF', `-DBUILD_SHARED_LIBS=${shared}`],
    ...[`-DCMAKE_INSTALL_PREFIX=${prefix}`, '-DCMAKE_INSTALL_LIBDIR=lib'],
  ]);
  await run('ninja', ['-C', join(dir, 'build'), 'install']);
  return prefix;
}

/**
 * @param {string} workerDir mediasoup's worker folder (with the C++ source)
 * @param {string} dir an empty folder to build in
 * @param {(text: string) => void} progress
 * @returns {Promise<{ binary: string, srtp: 'openssl' | 'nss' }>}
 */
export async function buildWorker(workerDir, dir, progress) {
  progress('libsrtp');
  const prefix = await buildSrtp(join(dir, 'srtp')).catch(() => undefined); // the log has the reason
  const build = join(dir, 'worker');
  await run('cmake', [
    ...['-G', 'Ninja', '-S', here, '-B', build, '-DCMAKE_BUILD_TYPE=Release', `-DMEDIASOUP_WORKER_DIR=${workerDir}`],
    ...(prefix ? [`-DSRTP_PREFIX=${prefix}`] : []),
  ]);
  // A compiler process takes up to 700 MB here.
  const jobs = Math.max(1, Math.min(availableParallelism(), Math.floor(totalmem() / 700e6)));
  await run('ninja', ['-C', build, '-j', String(jobs)], {
    env: { ...process.env, NINJA_STATUS: '[%f/%t] ' },
    onLine: (line) => {
      const [, done, all] = /^\[(\d+)\/(\d+)\]/.exec(line) ?? [];
      if (done) progress(`${Math.floor((100 * Number(done)) / Number(all))} % (${done} of ${all} files)`);
    },
  });
  const binary = join(build, 'mediasoup-worker');
  await run('strip', [binary]);
  return { binary, srtp: prefix ? 'openssl' : 'nss' };
}
