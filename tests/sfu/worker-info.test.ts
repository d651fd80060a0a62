import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workerInfo } from '#sfu/worker-info.ts';

test('workerInfo() reads the file beside the binary and says unknown for what is not there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'worker-info-'));
  const binary = join(folder, 'mediasoup-worker');
  const unknown = { version: 'unknown', origin: 'unknown', srtp: 'unknown' };
  try {
    expect(await workerInfo(binary)).toEqual(unknown);
    await writeFile(join(folder, 'mediasoup-worker.json'), '{"version":"3.27.1","origin":"built","srtp":"openssl"}');
    expect(await workerInfo(binary)).toEqual({ version: '3.27.1', origin: 'built', srtp: 'openssl' });
    await writeFile(join(folder, 'mediasoup-worker.json'), '{"version":');
    expect(await workerInfo(binary)).toEqual(unknown);
  } finally {
    await rm(folder, { recursive: true });
  }
});
