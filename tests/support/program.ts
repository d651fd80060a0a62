/** The command line, run as a person would: its own process, no terminal. */
import { execFile } from 'node:child_process';
import path from 'node:path';

const main = path.resolve(import.meta.dirname, '../../src/main.ts');

export interface Ended {
  code: number;
  output: string;
}

/** Runs the program to its end with these arguments and settings, and nothing else of this process's environment. */
export function program(args: readonly string[], env: Record<string, string>): Promise<Ended> {
  const environment = { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'test', LOG_LEVEL: 'warn', ...env };
  const { promise, resolve } = Promise.withResolvers<Ended>();
  const child = execFile(process.execPath, [main, ...args], { env: environment }, (error, stdout, stderr) => {
    resolve({ code: typeof error?.code === 'number' ? error.code : 0, output: stdout + stderr });
  });
  child.stdin?.end();
  return promise;
}

/** Secrets and profile of a production site. */
export const production = {
  NODE_ENV: 'production',
  JWT_SECRET: 'a key for tests that is long enough for HS256',
  DATA_KEYS: `k1:${'ab'.repeat(32)}`,
  BLIND_INDEX_KEY: 'a key of the blind index of these tests',
} as const;
