/** Folders for databases and other data of tests. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A new folder in that of the run (`scripts/test/place.ts`), or outside of a run among other temporary files. @param name of what will be there */
export const dataFolder = (name: string): Promise<string> => mkdtemp(path.join(process.env['TEST_DATA'] ?? tmpdir(), `wenzhen-${name}-`));
