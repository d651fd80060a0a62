// The web pages: built by Vite when anything they are made of has changed.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { cacheDir, filesUnder, hashOf, readIfThere, root } from './files.mjs';
import { withLock } from './lock.mjs';
import { run, say, step } from './log.mjs';
import { serverNode } from './modules.mjs';

const WEB = join(root, 'web');
const STAMP = join(WEB, 'dist', '.stamp');

/** Makes sure that web/dist is built from the sources as they are. */
export async function ensureWeb() {
  if (!existsSync(join(WEB, 'vite.config.ts'))) {
    say('  - no web pages to build (web/vite.config.ts does not exist)');
    return;
  }
  const rooms = join(root, 'rooms');
  // The socket protocol's files (protocol*.ts) are shared with the server.
  const shared = existsSync(rooms) ? filesUnder(rooms).filter((file) => basename(file).startsWith('protocol')) : [];
  const sources = () =>
    hashOf([...filesUnder(WEB, ['dist', 'node_modules']), ...shared, join(root, 'tsconfig.json'), join(root, 'package-lock.json')]);
  if (readIfThere(STAMP) === sources()) return;
  const lock = join(cacheDir(), `web-${hashOf([], [root])}.lock`);
  await withLock(
    lock,
    () => say('  - waiting for another run that is building the web pages'),
    async () => {
      const stamp = sources();
      if (readIfThere(STAMP) === stamp) return;
      await step('building the web pages', () =>
        run(serverNode(), [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', 'web'], { cwd: root }),
      );
      mkdirSync(join(WEB, 'dist'), { recursive: true });
      writeFileSync(STAMP, stamp);
    },
  );
}
