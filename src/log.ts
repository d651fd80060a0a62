/** The log: JSON lines on standard output or in files that rotate, or readable ones on a terminal. Secrets and SQL with its values never get in. */
import { hostname } from 'node:os';
import { type DestinationStream, type LogFn, type Logger, pino } from 'pino';
import pretty from 'pino-pretty';
import type { Config } from '#config/index.ts';
import { traceFields } from './tracing.ts';

const SECRET = ['authorization', 'cookie', 'password', 'passwordHash', 'token', 'secret', 'credential'];

type LogConfig = Pick<Config, 'LOG_LEVEL' | 'LOG_PRETTY' | 'LOG_FILE' | 'LOG_FILE_MEGABYTES' | 'LOG_FILE_KEEP' | 'NODE_ENV'> &
  Partial<Pick<Config, 'OTEL_EXPORTER_OTLP_ENDPOINT' | 'NODE_NAME' | 'REDIS_URL'>>;

/** Lines of a log since its start, by level, from `warn` on. */
const counted = new WeakMap<object, Map<string, number>>();
export const logCounts = (log: object): ReadonlyMap<string, number> => counted.get(log) ?? new Map();

/** @param destination in place of standard output */
export function createLog(config: LogConfig, destination?: DestinationStream): Logger {
  const counts = new Map([
    ['warn', 0],
    ['error', 0],
    ['fatal', 0],
  ]);
  const log = openLog(config, counts, destination);
  counted.set(log, counts);
  return log;
}

function openLog(config: LogConfig, counts: Map<string, number>, destination: DestinationStream | undefined): Logger {
  const readable = config.LOG_PRETTY ?? (process.stdout.isTTY && config.NODE_ENV !== 'production');
  const options = {
    level: config.LOG_LEVEL,
    // Among others a line says which node it is of.
    base: config.REDIS_URL ? { node: config.NODE_NAME ?? hostname() } : null,
    redact: { paths: [...SECRET, ...SECRET.map((key) => `*.${key}`), ...SECRET.map((key) => `*.*.${key}`)], censor: '[redacted]' },
    serializers: { err: errorFields },
    hooks: {
      logMethod(this: Logger, line: Parameters<LogFn>, write: LogFn, level: number) {
        const name = pino.levels.labels[level] ?? '';
        const before = counts.get(name);
        if (before !== undefined) counts.set(name, before + 1);
        write.apply(this, line);
      },
    },
    ...(config.OTEL_EXPORTER_OTLP_ENDPOINT && { mixin: traceFields }),
  };
  if (config.LOG_FILE) return pino(options, rotatingFile(config, config.LOG_FILE));
  if (destination) return pino(options, destination);
  return readable
    ? pino(options, pretty({ colorize: process.stdout.hasColors?.() ?? false, ignore: 'pid,hostname,node', sync: true }))
    : pino(options);
}

/** Written by a thread of its own. A new file each day and at each limit of size; the oldest go. */
function rotatingFile({ LOG_FILE_MEGABYTES, LOG_FILE_KEEP }: LogConfig, file: string) {
  const rolling = { file, size: `${LOG_FILE_MEGABYTES}m`, frequency: 'daily', dateFormat: 'yyyy-MM-dd', mkdir: true };
  return pino.transport({ target: 'pino-roll', options: { ...rolling, limit: { count: LOG_FILE_KEEP, removeOtherLogFiles: true } } });
}

/**
 * The message of an error without what somebody wrote: databases repeat values ("Duplicate entry '…' for key"), statements ("near '…'"),
 * and reading JSON its text.
 */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (error instanceof SyntaxError)
    return text.replace(/"[^]*" is not valid JSON/, 'the text is not valid JSON').replace(/Unexpected token '[^]*?', /, '');
  return text
    .replace(/(entry|value:?|near) '[^]*'(?= (?:for (?:key|column)|at (?:line|row)))/g, "$1 '…'")
    .replace(/value:? '[^]*'$/g, "value '…'")
    .replace(/near "[^]*": syntax error/, 'near "…": syntax error');
}

/** Only what every error has: errors of the database carry statements and values besides. */
function errorFields(error: unknown, depth = 0): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, stack, cause } = error;
  const { code } = error as NodeJS.ErrnoException;
  return {
    type: name,
    message: messageOf(error),
    ...(code && { code }),
    // Without its head, which is the message.
    stack: stack?.slice(Math.max(0, stack.search(/^ {4}at /m))),
    ...(cause !== undefined && depth < 3 && { cause: errorFields(cause, depth + 1) }),
  };
}
