/** RTP generator and sink as child processes; the programs are C and compiled on first use. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pin } from '../processes.ts';

/** Where streams come from and go to; addresses of their own, so that no port is taken. */
export const GENERATOR_ADDRESS = '127.0.0.3';
export const SINK_ADDRESS = '127.0.0.2';
const GENERATOR_FIRST_PORT = 10_000;
const SINK_FIRST_PORT = 20_000;
const SINK_PORTS = 4;

/** The suite that Chromium takes. Its keys have 44 bytes: 32 of master key and 12 of salt. */
export const SRTP_SUITE = 'AEAD_AES_256_GCM';
export const SRTP_KEY_BYTES = 44;
/** 30 frames of 3 or 4 packets in turn */
export const PACKETS_PER_SECOND = 105;
export const generatorPort = (stream: number): number => GENERATOR_FIRST_PORT + stream;
export const sinkPort = (transport: number): number => SINK_FIRST_PORT + (transport % SINK_PORTS);

/** One stream of the generator. */
export interface Stream {
  /** 0, 1, 2, …; decides the port that it comes from */
  index: number;
  /** on 127.0.0.1 */
  port: number;
  ssrc: number;
  payloadType: number;
  /** base64, or null for plain RTP */
  key: string | null;
}

export interface RtpLoad {
  add(streams: readonly Stream[]): void;
  /** Totals since the start: packets sent by the generator, ticks that were over 50 ms late, packets that arrived. */
  read(): Promise<{ sent: number; late: number; arrived: number }>;
  stop(): Promise<void>;
}

function compile(name: string, libraries: string[]): string {
  const source = join(import.meta.dirname, `${name}.c`);
  const folder = join(import.meta.dirname, '../../node_modules/.cache/wenzhen-bench');
  const binary = join(folder, name);
  if (existsSync(binary) && statSync(binary).mtimeMs > statSync(source).mtimeMs) return binary;
  mkdirSync(folder, { recursive: true });
  execFileSync('cc', ['-O2', '-o', binary, source, ...libraries], { stdio: 'inherit' });
  return binary;
}

async function start(binary: string, args: string[]) {
  const child = spawn(binary, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const line = async (): Promise<string> => {
    const next = await lines.next();
    if (next.done) throw new Error(`${binary} ended`);
    return next.value;
  };
  await line();
  pin(child.pid ?? 0, 'load');
  return {
    child,
    ask: async <T>(): Promise<T> => {
      child.kill('SIGUSR1');
      return JSON.parse(await line()) as T;
    },
    stop: async (): Promise<void> => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Starts generator and sink. They need cc and OpenSSL's headers (`gcc libssl-dev`). */
export async function startLoad(): Promise<RtpLoad> {
  const sink = await start(compile('sink', []), [String(SINK_FIRST_PORT), String(SINK_PORTS)]);
  const generator = await start(compile('generator', ['-lcrypto']), []);
  return {
    add(streams) {
      const lines = streams.map(
        ({ index, port, ssrc, payloadType, key }) => `${generatorPort(index)} ${port} ${ssrc} ${payloadType} ${key ?? '-'}\n`,
      );
      generator.child.stdin.write(lines.join(''));
    },
    async read() {
      const [{ sent, late }, { packets }] = await Promise.all([
        generator.ask<{ sent: number; late: number }>(),
        sink.ask<{ packets: number }>(),
      ]);
      return { sent, late, arrived: packets };
    },
    async stop() {
      await Promise.all([generator.stop(), sink.stop()]);
    },
  };
}
