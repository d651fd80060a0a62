import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { io } from 'socket.io-client';
import { PROTOCOL_VERSION } from '#rooms/protocol-version.ts';
import { freePort } from '#tests/support/mariadb.ts';
import { program } from '#tests/support/program.ts';
import { type Account, startServer, type TestServer } from '#tests/support/server.ts';
import { until } from '#tests/support/wait.ts';

let data: string;
beforeEach(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'wenzhen-process-'));
});
afterEach(() => rm(data, { recursive: true, force: true }));

describe('a start that cannot work says why and ends with 1', () => {
  test.each([
    ['an unknown option', ['--prot', '1'], {}, /Unknown option '--prot'.*Usage:/s],
    ['an unknown command', ['launch'], {}, /Unknown command: launch/],
    ['a bad port', ['--port', 'many'], {}, /Invalid configuration:.*PORT/s],
    ['an unknown setting', [], { MEDIA_WORKRES: '1' }, /Unknown setting: MEDIA_WORKRES/],
    [
      'no media worker, tokens without life, no attempt to sign in, and a proxy that is no address',
      [],
      { MEDIA_WORKERS: '0', JWT_TTL_SECONDS: '0', LOGIN_ATTEMPTS: '0', TRUST_PROXY: 'nginx' },
      /Invalid configuration:(?=.*MEDIA_WORKERS)(?=.*JWT_TTL_SECONDS)(?=.*LOGIN_ATTEMPTS)(?=.*TRUST_PROXY)/s,
    ],
    [
      'a certificate that is not there, with --lan too',
      ['--lan'],
      { TLS_CERT: '/nowhere/c.pem', TLS_KEY: '/nowhere/k.pem' },
      /Cannot start: .*c\.pem/,
    ],
    ['a missing secret in production', [], { NODE_ENV: 'production' }, /JWT_SECRET, DATA_KEYS, BLIND_INDEX_KEY are required in production/],
    ['a certificate that is not there', [], { TLS_CERT: '/nowhere/c.pem', TLS_KEY: '/nowhere/k.pem' }, /Cannot start: .*c\.pem/],
    ['a database that is not there', [], { DATABASE_URL: 'mysql://root@127.0.0.1:1/x' }, /The database cannot be opened/],
  ])('%s', async (_name, args, env, message) => {
    const { code, output } = await program(args, { DATA_DIR: data, ...env });
    expect([code, output]).toEqual([1, expect.stringMatching(message)]);
    expect(existsSync(path.join(data, 'wenzhen.pid'))).toBe(false);
  });
});

test('--help prints the options', async () => {
  expect((await program(['--help'], {})).output).toContain('--lan');
});

describe('a server', () => {
  const running: TestServer[] = [];
  afterEach(() => Promise.all(running.splice(0).map((server) => server.close())));
  async function boot(env?: Record<string, string>): Promise<TestServer> {
    const server = await startServer(env);
    running.push(server);
    return server;
  }

  test('makes accounts once, keeps data over a restart and ends cleanly on SIGTERM with open sockets', async () => {
    const server = await boot();
    const signIn = async () => {
      const response = await fetch(`${server.url}/api/v1/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(server.doctor),
      });
      return ((await response.json()) as { data: { token: string } }).data;
    };
    const { token } = await signIn();
    const visits = async () => {
      const response = await fetch(`${server.url}/api/v1/consultations`, { headers: { authorization: `Bearer ${token}` } });
      return ((await response.json()) as { data: { items: unknown[]; pagination: { total: number } } }).data;
    };
    expect((await visits()).items).toMatchObject([{ role: 'practitioner', status: 'scheduled', lobby: true }]);
    expect(server.output()).not.toContain(token);

    const socket = io(server.url, { auth: { token, protocol: PROTOCOL_VERSION }, transports: ['websocket'], reconnection: false });
    await until('the socket to open', () => socket.connected);
    expect(await server.stop()).toBe(0);
    await until('the socket to close', () => !socket.connected);

    await server.start();
    expect((await visits()).pagination.total).toBe(1);
    expect(server.output().match(/Accounts \(account, password\)/g)).toHaveLength(1);
  });

  test('keeps its port, ends open sockets a second after a logout, and ends cleanly although somebody does not read', async () => {
    const server = await boot();
    const taken = await program(['--port', String(server.port)], { DATA_DIR: data });
    expect([taken.code, taken.output]).toEqual([1, expect.stringContaining(`Port ${server.port} is in use`)]);
    const post = async (path: string, more: RequestInit) =>
      (await (await fetch(`${server.url}/api/v1/auth/${path}`, { method: 'POST', ...more })).json()) as { data: { token: string } };
    const tokenOf = async (account: Account) =>
      (await post('login', { headers: { 'content-type': 'application/json' }, body: JSON.stringify(account) })).data.token;

    const left = await tokenOf(server.patient);
    const auth = { token: left, protocol: PROTOCOL_VERSION };
    const socket = io(server.url, { auth, transports: ['websocket'], reconnection: false });
    await until('the socket to open', () => socket.connected);
    await post('logout', { headers: { authorization: `Bearer ${left}` } });
    await until('the socket to close', () => !socket.connected, 1_000, 10);

    const token = await tokenOf(server.doctor);
    const request = `GET /api/v1/network-test/download?bytes=8388608 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n\r\n`;
    const sockets = Array.from({ length: 3 }, () => connect(server.port, '127.0.0.1'));
    // And a WebSocket at whose other end nobody is any more: nobody says goodbye.
    const gone = connect(server.port, '127.0.0.1').on('error', () => undefined);
    const upgrade = {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'd2VuemhlbiB3ZW56aGVuIQ==',
    };
    const head = Object.entries({ host: 'x', ...upgrade }).map(([name, value]) => `${name}: ${value}\r\n`);
    gone.write(`GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\n${head.join('')}\r\n`);
    const opened = await new Promise<Buffer>((said) => gone.once('data', said));
    expect(opened.toString()).toMatch(/^HTTP\/1.1 101 /);
    for (const reader of sockets)
      reader
        .on('error', () => undefined)
        .pause()
        .write(request);
    await until('the downloads to begin', () => sockets.every(({ bytesWritten }) => bytesWritten > 0));
    await until('the server to have sent what fits', async () => (await fetch(`${server.url}/health/live`)).ok);
    expect(await server.stop()).toBe(0);
    expect(server.output()).not.toContain('shutdown took too long');
    for (const reader of [...sockets, gone]) reader.destroy();
  }, 60_000);

  test('keeps data and key private, blocks a second one on them, and after kill -9 starts again over the PID file', async () => {
    const folder = path.join(data, 'new');
    const server = await boot({ DATA_DIR: folder });
    const mode = async (file: string) => (await stat(file)).mode & 0o777;
    const modes = ['', 'wenzhen.sqlite', 'jwt-secret'].map((name) => mode(path.join(folder, name)));
    expect(await Promise.all(modes)).toEqual([0o700, 0o600, 0o600]);
    const second = await program([], { DATA_DIR: folder, PORT: '0' });
    expect([second.code, second.output]).toEqual([1, expect.stringContaining('A server already runs')]);
    expect((await program(['start'], { DATA_DIR: folder, PORT: '0' })).code).toBe(1);
    expect((await program(['status'], { DATA_DIR: folder })).output).toContain(server.url.replace('127.0.0.1', 'localhost'));

    await server.kill();
    expect(existsSync(path.join(folder, 'wenzhen.pid'))).toBe(true);
    expect((await program(['status'], { DATA_DIR: folder })).code).toBe(3);
    await server.start();
    expect(await server.stop()).toBe(0);
    expect(existsSync(path.join(folder, 'wenzhen.pid'))).toBe(false);
    // Seven processes.
  }, 60_000);

  test('of production makes no accounts and no key', async () => {
    const secrets = { JWT_SECRET: 'k'.repeat(40), DATA_KEYS: `k1:${'0'.repeat(64)}`, BLIND_INDEX_KEY: 'k'.repeat(40) };
    const env = { DATA_DIR: data, NODE_ENV: 'production', PORT: '0', HOST: '127.0.0.1', ...secrets };
    expect((await program(['start'], env)).output).not.toContain('password');
    expect(existsSync(path.join(data, 'jwt-secret'))).toBe(false);
    expect((await program(['stop'], env)).code).toBe(0);
  });
});

describe('in the background', () => {
  test('start, status, restart and stop work on the data folder', async () => {
    const env = { DATA_DIR: data, PORT: String(await freePort()), HOST: '127.0.0.1' };
    const pidOf = (output: string) => Number(/pid (\d+)/.exec(output)?.[1]);
    const started = await program(['start'], env);
    expect([started.code, started.output]).toEqual([0, expect.stringMatching(/doctor\s+\S+.*Runs in the background/s)]);
    expect(await readFile(path.join(data, 'wenzhen.log'), 'utf8')).not.toContain('doctor');
    expect((await fetch(`http://127.0.0.1:${env.PORT}/health/ready`)).status).toBe(200);
    const first = await program(['status'], env);
    const again = await program(['restart'], env);
    expect(again.code).toBe(0);
    const second = await program(['status'], env);
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(pidOf(second.output)).not.toBe(pidOf(first.output));
    expect((await program(['stop'], env)).output).toContain('Stopped');
    expect((await program(['status'], env)).code).toBe(3);
    expect((await program(['stop'], env)).output).toContain('Not running');
  }, 60_000);

  test('a start that fails shows the end of the log', async () => {
    const { code, output } = await program(['start'], { DATA_DIR: data, DATABASE_URL: 'mysql://root@127.0.0.1:1/x' });
    expect([code, output]).toEqual([1, expect.stringContaining('The database cannot be opened')]);
  });

  test('a PID file of another program does not count', async () => {
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', 'main.ts']);
    await writeFile(path.join(data, 'wenzhen.pid'), `${stranger.pid}\n1\nhttp://localhost\n`);
    expect((await program(['status'], { DATA_DIR: data })).code).toBe(3);
    stranger.kill();
  });
});
