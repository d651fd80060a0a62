/** Where a test file runs: in the realm of the process itself, as packages do (see `runtime.ts` beside this). */
import type { JestEnvironment, JestEnvironmentConfig } from '@jest/environment';
import { ModernFakeTimers } from '@jest/fake-timers';
import { ModuleMocker } from 'jest-mock';
import type { ReportingGlobals } from '../failure-report.ts';

/** The part of jest-circus' events that is looked at. */
interface TestEvent {
  name: string;
  error?: unknown;
}

/** Frames of an error, as Node has them by itself: jest keeps a hundred. */
const FRAMES = 10;

const asIs = (frame: NodeJS.CallSite): string =>
  `    at ${frame.getFunctionName() ?? '<anonymous>'} (${frame.getFileName()}:${frame.getLineNumber()})`;

export default class Environment implements JestEnvironment {
  readonly global = globalThis as unknown as JestEnvironment['global'];
  readonly moduleMocker = new ModuleMocker(globalThis);
  readonly fakeTimers = null;
  readonly fakeTimersModern: ModernFakeTimers;
  private readonly globals = Object.getOwnPropertyDescriptors(globalThis);
  private readonly variables = { ...process.env };

  constructor({ projectConfig: config }: JestEnvironmentConfig) {
    this.fakeTimersModern = new ModernFakeTimers({ config, global: globalThis });
    Object.assign(globalThis, config.globals);
  }

  setup(): Promise<void> {
    Error.stackTraceLimit = FRAMES;
    // Sequelize has the frames of each statement written down, by an error without a message; to look up their lines was a tenth of all work.
    const { prepareStackTrace: looked } = Error;
    Error.prepareStackTrace = (error, frames) =>
      error.message && looked ? looked(error, frames) : ['Error', ...frames.map(asIs)].join('\n');
    return Promise.resolve();
  }

  /** Takes away what the file has left in the realm. */
  teardown(): Promise<void> {
    this.fakeTimersModern.dispose();
    for (const name of Object.keys(process.env)) if (!(name in this.variables)) delete process.env[name];
    Object.assign(process.env, this.variables);
    // Packages keep what they have under a symbol; they are not loaded anew.
    for (const name of Object.getOwnPropertyNames(globalThis)) if (!(name in this.globals)) Reflect.deleteProperty(globalThis, name);
    for (const [name, descriptor] of Object.entries(this.globals)) Reflect.defineProperty(globalThis, name, descriptor);
    // But the first who gives OpenTelemetry a context manager stays with it, and the next file brings one of its own.
    Reflect.deleteProperty(globalThis, Symbol.for('opentelemetry.js.api.1'));
    return Promise.resolve();
  }

  exportConditions(): string[] {
    return ['node', 'node-addons'];
  }

  /** Nobody asks what it is: only whether there is one. */
  getVmContext(): object {
    return {};
  }

  /** Adds to the error of a test that fails what is told of it; jest waits for this before it goes on. */
  async handleTestEvent({ name, error }: TestEvent): Promise<void> {
    const { failureReports } = globalThis as ReportingGlobals;
    if (name !== 'test_fn_failure' || !failureReports?.size || !(error instanceof Error)) return;
    const reports = await Promise.all([...failureReports].map(async (report) => report()));
    const [message = '', ...frames] = (error.stack ?? error.message).split(/(?=\n {4}at )/);
    error.stack = [message, ...reports.filter(Boolean).map((report) => `\n${report}`), ...frames].join('');
  }
}
