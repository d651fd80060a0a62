/**
 * Takes the place of the SQLite driver in tests: the one that the environment has loaded, once a process, as it is without
 * jest. Jest would load it anew for each test file; but it wraps the methods of native classes, which all files of a
 * process share, and on wrappers of its own a statement that fails does so a second time, where nobody can catch it.
 */
import type Driver from '@appthreat/sqlite3';

export default (globalThis as unknown as { SQLITE_DRIVER: typeof Driver }).SQLITE_DRIVER;
