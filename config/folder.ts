import { mkdirSync } from 'node:fs';

/** Makes the data folder, which holds keys and medical data, for its owner only. One that is there stays as it is. */
export function makePrivateFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}
