/** Starts a process: reads the command line and the configuration, then serves or controls a server. */
import { enableCompileCache } from 'node:module';
import { type Config, ConfigError, loadConfig } from '#config/index.ts';
import { control } from './cli/control.ts';
import { applyOptions, type CliOptions, CommandFailed, HELP, parseCli, UsageError } from './cli/options.ts';
import { AlreadyRunning } from './cli/pid-file.ts';
import { keepTickShape } from './tick-shape.ts';

keepTickShape();
// Halves the time that the modules take to load from the second start on.
enableCompileCache();
try {
  await main();
} catch (error) {
  console.error(explain(error));
  process.exit(1);
}

async function main(): Promise<void> {
  const options = parseCli(process.argv.slice(2));
  if (options.help) return console.log(HELP);
  const config = loadConfig(applyOptions(process.env, options));
  if (options.command !== 'run') process.exit(await carryOut(options, config));
  // Loaded only now: the other commands need none of it and answer at once.
  const { serve } = await import('./serve.ts');
  await serve(options, config);
}

/** Does any other command than `run`. Each is loaded when it is wanted. @returns the exit status */
async function carryOut(options: CliOptions, config: Config): Promise<number> {
  switch (options.command) {
    case 'admin': {
      const { createAdministrator } = await import('./cli/admin.ts');
      await createAdministrator(options.account ?? '', config);
      return 0;
    }
    case 'rotate-keys': {
      const { rotateDataKeys } = await import('./cli/keys.ts');
      return rotateDataKeys(config);
    }
    case 'verify-keys': {
      const { verifyDataKeys } = await import('./cli/keys.ts');
      return verifyDataKeys(config);
    }
    case 'audit': {
      const { verifyAudit } = await import('./cli/audit.ts');
      return verifyAudit(config);
    }
    case 'seed': {
      const { seed } = await import('./cli/seed.ts');
      if (options.seed) await seed(options.seed, config);
      return 0;
    }
    case 'profile': {
      const { takeProfile } = await import('./cli/profile.ts');
      await takeProfile(config);
      return 0;
    }
    default:
      return control(options, config);
  }
}

/** One clear message for what a person can set right; the stack for what they cannot. */
function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof AlreadyRunning || error instanceof CommandFailed) return error.message;
  if (error instanceof UsageError) return `${error.message}\n\n${HELP}`;
  const { code, port, message, stack } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') return `Port ${port ?? ''} is in use; choose another with --port or PORT`;
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOENT') return `Cannot start: ${message}`;
  return `Cannot start: ${stack ?? String(error)}`;
}
