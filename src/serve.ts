/** Runs a server in this process until a signal ends it. */
import { readFile } from 'node:fs/promises';
import type { Logger } from 'pino';
import type { Config } from '#config/index.ts';
import { banner } from './cli/banner.ts';
import type { CliOptions } from './cli/options.ts';
import { claimFolder } from './cli/pid-file.ts';
import { type Certificate, lanAddresses, selfSignedCertificate } from './lan.ts';
import { createLog } from './log.ts';
import { profileOnSignal } from './profiler.ts';
import { version } from './version.ts';
import { type Server, wire } from './wire.ts';

/** npm passes Ctrl-C on to a process that got it already: signals this close together are one. */
const SAME_SIGNAL_MS = 1_000;

/** @throws when the server cannot start */
export async function serve(options: CliOptions, config: Config): Promise<void> {
  const folder = claimFolder(config.DATA_DIR);
  process.once('exit', folder.release);
  const log = createLog(config);
  const addresses = options.lan ? lanAddresses() : [];
  const made = () => (options.lan ? selfSignedCertificate(config.DATA_DIR, addresses) : undefined);
  const tls = (await ownCertificate(config)) ?? (await made());
  const running: { server?: Server } = {};
  endOnSignals(running, config, log);
  profileOnSignal(config, log);
  const server = (running.server = await wire({ config, log, tls, announcedHost: addresses[0] }));
  await server.start();
  folder.announce(server.url());
  log.info({ version, revision: config.REVISION }, 'started');
  const text = banner(server, config, options.lan);
  if (options.detached) process.send?.(text);
  else console.log(text);
}

async function ownCertificate({ TLS_CERT, TLS_KEY }: Config): Promise<Certificate | undefined> {
  if (!TLS_CERT || !TLS_KEY) return undefined;
  return { cert: await readFile(TLS_CERT, 'utf8'), key: await readFile(TLS_KEY, 'utf8') };
}

/**
 * The first signal ends the server in order, under a hard limit; the second at once.
 * @param running without a server while that is being built: then there is nothing to end in order
 */
function endOnSignals(running: { server?: Server }, config: Config, log: Logger): void {
  let since: number | undefined;

  async function end(status: number): Promise<void> {
    setTimeout(() => {
      log.error({ limitMs: config.SHUTDOWN_TIMEOUT_MS }, 'shutdown took too long');
      process.exit(1);
    }, config.SHUTDOWN_TIMEOUT_MS).unref();
    await running.server?.close();
    process.exit(status);
  }
  function stop(status: number): void {
    if (since !== undefined) {
      if (performance.now() - since > SAME_SIGNAL_MS) process.exit(130);
      return;
    }
    since = performance.now();
    end(status).catch((error: unknown) => {
      log.error({ err: error }, 'shutdown failed');
      process.exit(1);
    });
  }
  process.on('SIGINT', () => stop(0));
  process.on('SIGTERM', () => stop(0));
  process.on('unhandledRejection', (error) => log.error({ err: error }, 'a rejected promise was not handled'));
  process.on('uncaughtException', (error) => {
    log.fatal({ err: error }, 'uncaught exception: shutting down');
    stop(1);
  });
}
