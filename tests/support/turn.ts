/** A real coturn, for calls that have to go over a relay. Needs Debian's package `coturn`. */
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './mariadb.ts';
import { until } from './wait.ts';

export interface TurnServer {
  port: number;
  /** `turn:` address with TCP as the way to the relay. */
  url: string;
  secret: string;
  /** Everything printed so far. */
  output(): string;
  close(): Promise<void>;
}

/**
 * Starts coturn with the shared-secret scheme of `sfu/turn.ts`.
 * @param address where it listens and relays from
 */
export async function startTurn(address: string, secret = 'a shared secret of the test'): Promise<TurnServer> {
  const folder = await mkdtemp(join(tmpdir(), 'wenzhen-turn-'));
  const port = await freePort();
  const options = {
    'listening-ip': address,
    'listening-port': port,
    'relay-ip': address,
    realm: 'wenzhen.test',
    'static-auth-secret': secret,
    userdb: join(folder, 'turndb'),
    pidfile: join(folder, 'pid'),
    'log-file': 'stdout',
  };
  const flags = ['-n', '--use-auth-secret', '--no-tls', '--no-dtls', '--no-cli', '--simple-log', '--allow-loopback-peers'];
  const child = spawn('turnserver', [...flags, ...Object.entries(options).map(([name, value]) => `--${name}=${value}`)], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const collect = (chunk: Buffer) => void (output += chunk.toString());
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  child.on('error', (error) => void (output += String(error)));
  async function close(): Promise<void> {
    if (child.exitCode === null && child.signalCode === null && child.pid) {
      const ended = new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await ended;
    }
    await rm(folder, { recursive: true, force: true });
  }
  await until('coturn to listen', () => listens(address, port)).catch(async (error: unknown) => {
    await close();
    throw new Error(`coturn does not listen:\n${output}`, { cause: error });
  });
  return {
    port,
    url: `turn:${address}:${port}?transport=tcp`,
    secret,
    output: () => output,
    close,
  };
}

/** Whether somebody accepts TCP connections there. */
function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const done = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => done(true)).once('error', () => done(false));
  });
}
