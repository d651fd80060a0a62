/** The log: JSON lines, or readable ones on a terminal. Secrets and SQL with its values never get in. */
import { pino, type Logger } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from '#config/index.ts';

const SECRET = ['authorization', 'cookie', 'password', 'passwordHash', 'token', 'secret', 'credential'];

export function createLog(config: Pick<Config, 'LOG_LEVEL' | 'LOG_PRETTY' | 'NODE_ENV'>): Logger {
  const readable = config.LOG_PRETTY ?? (process.stdout.isTTY && config.NODE_ENV !== 'production');
  const options = {
    level: config.LOG_LEVEL,
    base: null,
    redact: { paths: [...SECRET, ...SECRET.map((key) => `*.${key}`), ...SECRET.map((key) => `*.*.${key}`)], censor: '[redacted]' },
    serializers: { err: errorFields },
  };
  return readable
    ? pino(options, pretty({ colorize: process.stdout.hasColors?.() ?? false, ignore: 'pid,hostname', sync: true }))
    : pino(options);
}

/** Only what every error has: errors of the database carry statements and values besides. */
function errorFields(error: unknown, depth = 0): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  const { code } = error as NodeJS.ErrnoException;
  return {
    type: name,
    message,
    ...(code && { code }),
    stack,
    ...(cause !== undefined && depth < 3 && { cause: errorFields(cause, depth + 1) }),
  };
}
