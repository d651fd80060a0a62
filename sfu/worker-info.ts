/** Where the mediasoup worker binary came from, for the start-up log. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';

const sidecar = z.object({
  version: z.string().default('unknown'),
  origin: z.string().default('unknown'),
  srtp: z.string().default('unknown'),
});

/** `srtp` names the cipher back end (`openssl` is twice as fast as `nss`). */
export type WorkerInfo = z.infer<typeof sidecar>;

/**
 * Reads `mediasoup-worker.json` beside the binary, which the set-up writes.
 * @returns every field `unknown` when the file is absent or not readable (a binary that somebody brought along)
 */
export async function workerInfo(workerBin: string): Promise<WorkerInfo> {
  try {
    return sidecar.parse(JSON.parse(await readFile(join(dirname(workerBin), 'mediasoup-worker.json'), 'utf8')));
  } catch {
    return sidecar.parse({});
  }
}
