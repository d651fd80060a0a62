import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { until } from '#tests/support/wait.ts';
import { plant, projectRoot } from './workplace.ts';

const server = (answer: string) => `
  import { createServer } from 'node:http';
  const server = createServer((request, response) => response.end('${answer} ' + process.pid));
  server.listen(Number(process.env.PORT), process.env.HOST);
  process.on('SIGTERM', () => { console.log('asked to end'); server.close(); });
`;

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

const text = (url: string) =>
  fetch(url).then(
    (response) => response.text(),
    () => '',
  );

const runs = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('dev.mjs serves pages, passes requests on, restarts the server on a change and ends both', async () => {
  const root = plant({
    'package.json': '{"type":"module"}',
    'src/main.ts': server('first'),
    'web/index.html': '<p>planted page</p>',
    'web/vite.config.ts': readFileSync(join(projectRoot, 'web/vite.config.ts'), 'utf8'),
    'scripts/.keep': '',
  });
  copyFileSync(join(projectRoot, 'scripts/dev.mjs'), join(root, 'scripts/dev.mjs'));
  const [port, webPort] = [await freePort(), await freePort()];
  const child = spawn(process.execPath, ['scripts/dev.mjs'], {
    cwd: root,
    env: { ...process.env, PORT: String(port), WEB_PORT: String(webPort) },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => void (output += chunk.toString()));
  const ended = once(child, 'exit');
  try {
    const web = `http://127.0.0.1:${webPort}`;
    await until('the address', () => output.includes(`Open ${web}`));
    expect(await text(web)).toContain('planted page');
    await until('the server', async () => (await text(`${web}/api/x`)).startsWith('first'));
    writeFileSync(join(root, 'src/main.ts'), server('second'));
    await until('the restarted server', async () => (await text(`${web}/api/x`)).startsWith('second'));

    const pid = Number((await text(`${web}/api/x`)).split(' ')[1]);
    expect(runs(pid)).toBe(true);
    output = '';
    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
    expect(runs(pid)).toBe(false);
    expect(output.match(/asked to end/g)).toHaveLength(1);
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
});
