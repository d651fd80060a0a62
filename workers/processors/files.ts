/** Takes contents away: of deleted files, and those that a crash left behind. */
import type { Files } from '#src/files/service.ts';
import { outside } from '../processor.ts';

export const eraseFileProcessor = (files: Files) => outside<'file.erase'>(({ payload }) => files.erase(payload.id));
export const sweepFilesProcessor = (files: Files) => outside<'files.sweep'>(async () => void (await files.sweep()));
