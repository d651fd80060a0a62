/** The command line. */
import { parseArgs } from 'node:util';

/** Commands with the words that have to follow each. */
const commands = {
  run: '',
  start: '',
  stop: '',
  restart: '',
  status: '',
  admin: 'create',
  'rotate-keys': '',
  'verify-keys': '',
  audit: 'verify',
  profile: '',
  seed: '',
} as const;
type Command = keyof typeof commands;

export interface CliOptions {
  command: Command;
  lan: boolean;
  host: string | undefined;
  port: string | undefined;
  help: boolean;
  /** Set for the process behind `start`: tells its parent instead of printing. */
  detached: boolean;
  /** Of `admin create`. */
  account: string | undefined;
  /** Of `seed`. */
  seed: SeedCommand | undefined;
}

export interface SeedCommand {
  seed: number;
  scale: number;
  at: Date;
  password: string | undefined;
  /** In production, or beside what is there. */
  force: boolean;
}

export const HELP = `Usage: npm start -- [options]            run in this terminal
       npm run wenzhen -- <command> [options]

Commands
  start [--foreground]   run in the background (log in DATA_DIR/wenzhen.log)
  stop                   end the server of DATA_DIR
  restart                stop, then start
  status                 say whether it runs
  admin create --account <name>
                         make an administrator; asks for a password, or makes one
  rotate-keys            seal all personal data with the last key of DATA_KEYS
  verify-keys            try whether DATA_KEYS opens everything; ends with 1 when not
  audit verify           check the audit chains; ends with 1 when one is broken
  profile                take a CPU profile of the running server (PROFILE_SECONDS), into DATA_DIR/profiles
  seed [--scale <factor>] [--seed <number>] [--at <time>] [--password <text>] [--force]
                         fill an empty clinic with invented people and visits

Options
  --lan                  HTTPS with a generated certificate, reachable from the local network
  --host <address>       address to listen on (HOST)
  --port <number>        port to listen on (PORT)
  --help                 this text

All other settings come from the environment: see docs/configuration.md.`;

/** What was typed is not a command line of ours; `message` says what. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** What was asked for cannot be done; `message` says why. */
export class CommandFailed extends Error {
  override name = 'CommandFailed';
}

/** @throws {UsageError} */
export function parseCli(args: readonly string[]): CliOptions {
  const { values, positionals } = parse(args);
  const [first = 'run', ...rest] = positionals;
  const command = (Object.keys(commands) as Command[]).find((name) => name === first);
  if (!command || rest.join(' ') !== commands[command]) throw new UsageError(`Unknown command: ${[first, ...rest].join(' ')}`);
  if ((values.account !== undefined) !== (command === 'admin')) throw new UsageError('admin create and --account <name> go together');
  const seed = seedOf(values, command);
  if (values.foreground && command !== 'start') throw new UsageError('--foreground belongs to start');
  return {
    command: command === 'start' && values.foreground ? 'run' : command,
    lan: values.lan ?? false,
    host: values.host,
    port: values.port,
    help: values.help ?? false,
    detached: values.detached ?? false,
    account: values.account,
    seed,
  };
}

type Values = ReturnType<typeof parse>['values'];

/** Small enough to find a free time for every visit. */
const MAX_SCALE = 10;

function seedOf({ scale, seed, at, password, force }: Values, command: string): SeedCommand | undefined {
  const given = [scale, seed, at, password, force].some((value) => value !== undefined);
  if (command !== 'seed') {
    if (given) throw new UsageError('--scale, --seed, --at, --password and --force belong to seed');
    return undefined;
  }
  const options = { seed: Number(seed ?? 1), scale: Number(scale ?? 1), at: at === undefined ? new Date() : new Date(at) };
  if (!(options.scale > 0 && options.scale <= MAX_SCALE)) throw new UsageError(`--scale is a number above 0, up to ${MAX_SCALE}`);
  if (!Number.isSafeInteger(options.seed)) throw new UsageError('--seed is a whole number');
  if (Number.isNaN(options.at.getTime())) throw new UsageError('--at is a time such as 2026-11-26T10:00:00Z');
  return { ...options, password, force: force ?? false };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        lan: { type: 'boolean' },
        host: { type: 'string' },
        port: { type: 'string' },
        foreground: { type: 'boolean' },
        detached: { type: 'boolean' },
        account: { type: 'string' },
        scale: { type: 'string' },
        seed: { type: 'string' },
        at: { type: 'string' },
        password: { type: 'string' },
        force: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

/** The environment with the options of the command line on top. */
export function applyOptions(env: NodeJS.ProcessEnv, { host, port, lan }: CliOptions): NodeJS.ProcessEnv {
  return { ...env, ...(lan && { HOST: '0.0.0.0' }), ...(host !== undefined && { HOST: host }), ...(port !== undefined && { PORT: port }) };
}
