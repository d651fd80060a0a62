/** Where a test file runs: jest's own for Node, with the SQLite driver in reach (see `sqlite3.ts` beside this). */
import sqlite3 from '@appthreat/sqlite3';
import { TestEnvironment } from 'jest-environment-node';

export default class Environment extends TestEnvironment {
  override async setup(): Promise<void> {
    await super.setup();
    Object.assign(this.global, { SQLITE_DRIVER: sqlite3 });
  }
}
