/** Everything that a running clinic writes besides its answers, as text by place: to look for what should not be there. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { Writable } from 'node:stream';
import { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { createLog } from '#src/log.ts';
import type { TestApp } from './app.ts';
import { until } from './wait.ts';

/** Texts by place: `log`, `redis`, `metrics`, `file`, or a column as `table.column`. */
export type Sinks = Map<string, string>;

/** The program's own log as in production, of everything, in memory. */
export function memoryLog(): { log: Logger; text(): string } {
  let text = '';
  const memory = new Writable({ write: (chunk: Buffer, _encoding, done) => ((text += chunk.toString()), done()) });
  const files = { LOG_FILE: undefined, LOG_FILE_MEGABYTES: 1, LOG_FILE_KEEP: 1 };
  return { log: createLog({ LOG_LEVEL: 'trace', LOG_PRETTY: false, NODE_ENV: 'production', ...files }, memory), text: () => text };
}

/** Listens to every command that a Redis server gets: what is there for a moment only (jobs, messages) is in it too. */
export async function watchRedis(url: string): Promise<{ text(): Promise<string>; close(): void }> {
  const client = new Redis(url);
  const monitor = await client.monitor();
  const commands: string[] = [];
  monitor.on('monitor', (_time: string, args: string[]) => void commands.push(args.join(' ')));
  return {
    async text() {
      const mark = `read to here ${commands.length}`;
      await client.echo(mark);
      await until('the monitor to catch up', () => commands.at(-1)?.includes(mark) || commands.some((command) => command.includes(mark)));
      return commands.join('\n');
    },
    close() {
      monitor.disconnect();
      client.disconnect();
    },
  };
}

/** Every value of every table. */
async function columns({ database: { sequelize } }: TestApp): Promise<Sinks> {
  const tables = (await sequelize.getQueryInterface().showAllTables()) as unknown as string[];
  const places: Sinks = new Map();
  for (const table of tables) {
    const [rows] = (await sequelize.query(`SELECT * FROM \`${table}\``)) as [Record<string, string | number | Date | null>[], unknown];
    for (const row of rows)
      for (const [column, value] of Object.entries(row))
        if (value !== null) places.set(`${table}.${column}`, `${places.get(`${table}.${column}`) ?? ''}\n${String(value)}`);
  }
  return places;
}

/** Contents of the folder for data, which a thief of the disk would have. */
async function contents({ config }: TestApp): Promise<string> {
  const entries = await readdir(config.DATA_DIR, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const texts = await Promise.all(
    files.map(async ({ parentPath, name }) => `${name} ${await readFile(path.join(parentPath, name), 'utf8')}`),
  );
  return texts.join('\n');
}

export async function sinksOf(server: TestApp, log: string, redis: string): Promise<Sinks> {
  const metrics = (await server.app.inject('/metrics')).body;
  return new Map([['log', log], ['redis', redis], ['metrics', metrics], ['file', await contents(server)], ...(await columns(server))]);
}

/** How a text may stand somewhere: as it is, in an address, as Redis shows bytes that are no ASCII, in base64. */
function finder(text: string): (held: string) => boolean {
  // Six digits are in longer numbers by chance.
  if (/^\d{6}$/.test(text)) return (held) => new RegExp(`(?<![\\w.-])${text}(?![\\w.-])`).test(held);
  const shown = [...Buffer.from(text)].map((byte) => (byte < 128 ? String.fromCharCode(byte) : `\\x${byte.toString(16)}`)).join('');
  const base64 = Buffer.from(text).toString('base64').replace(/=+$/, '').slice(0, -1);
  return (held) => [text, encodeURIComponent(text), shown, base64].some((form) => held.includes(form));
}

/** @param canaries texts by what they are @returns `what in place` */
export function search(sinks: Sinks, canaries: ReadonlyMap<string, string>): string[] {
  const wanted = [...canaries].map(([what, text]) => [what, finder(text)] as const);
  return [...sinks].flatMap(([place, held]) => wanted.filter(([, isIn]) => isIn(held)).map(([what]) => `${what} in ${place}`));
}
