// `npm run dev`: the server, restarted when a file that it uses changes, and the web pages by Vite with hot reload, which
// passes /api and /socket.io on to it. Both end together.
//
//   PORT      port of the server (8080)
//   WEB_PORT  port of the pages (5173), the one to open in a browser
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const port = Number(process.env.PORT || 8080);
// web/vite.config.ts reads it.
process.env.WENZHEN_SERVER = `http://127.0.0.1:${port}`;

// A process group of its own: Ctrl-C reaches this process only, which then asks the server to end, once.
const server = spawn(process.execPath, ['--watch', '--watch-preserve-output', 'src/main.ts', ...process.argv.slice(2)], {
  cwd: root,
  stdio: ['ignore', 'inherit', 'inherit'],
  detached: true,
  env: { ...process.env, HOST: process.env.HOST || '127.0.0.1', PORT: String(port), LOG_PRETTY: process.env.LOG_PRETTY || 'true' },
});
const serverEnded = new Promise((resolve) => {
  server.once('close', resolve);
  server.once('error', (error) => resolve(console.error(error.message)));
});

const web = await createServer({
  configFile: join(root, 'web', 'vite.config.ts'),
  clearScreen: false,
  server: { port: Number(process.env.WEB_PORT || 5173), strictPort: true },
}).then((vite) => vite.listen());

let ending = false;
async function end() {
  if (ending) return;
  ending = true;
  server.kill('SIGTERM');
  await Promise.all([serverEnded, web.close()]);
  process.exit(0);
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void end());
process.on('exit', () => {
  try {
    if (server.pid) process.kill(-server.pid, 'SIGKILL');
  } catch {
    // its group is gone already
  }
});
void serverEnded.then(end);

console.log(`\n  Open ${web.resolvedUrls?.local[0]}  (server: ${process.env.WENZHEN_SERVER}; Ctrl-C ends both)\n`);
