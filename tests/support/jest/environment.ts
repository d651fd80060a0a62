/** Where a test file runs: jest's own for Node, with the SQLite driver in reach (see `sqlite3.ts` beside this). */
import sqlite3 from '@appthreat/sqlite3';
import { TestEnvironment } from 'jest-environment-node';
import type { ReportingGlobals } from '../failure-report.ts';

/** The part of jest-circus' events that is looked at. */
interface TestEvent {
  name: string;
  error?: unknown;
}

export default class Environment extends TestEnvironment {
  override async setup(): Promise<void> {
    await super.setup();
    Object.assign(this.global, { SQLITE_DRIVER: sqlite3 });
  }

  /** Adds to the error of a test that fails what is told of it; jest waits for this before it goes on. */
  async handleTestEvent({ name, error }: TestEvent): Promise<void> {
    const { failureReports } = this.global as ReportingGlobals;
    if (name !== 'test_fn_failure' || !failureReports?.size || !isError(error)) return;
    const reports = await Promise.all([...failureReports].map(async (report) => report()));
    const [message = '', ...frames] = (error.stack ?? error.message).split(/(?=\n {4}at )/);
    error.stack = [message, ...reports.filter(Boolean).map((report) => `\n${report}`), ...frames].join('');
  }
}

/** Errors of a test file are of classes of its own. */
const isError = (thrown: unknown): thrown is Error => typeof thrown === 'object' && thrown !== null && 'stack' in thrown;
