/**
 * Loaded into our server before its program (`NODE_OPTIONS=--import=…`): on SIGUSR2 it collects garbage and prints what
 * is left, as `memory {…}` with bytes. BENCH_BALLAST_MB of memory are taken for a sanity twin.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

process.on('SIGUSR2', () => {
  collect();
  collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  console.log(`memory ${JSON.stringify({ heapUsed, external, rss })}`);
});

const ballast = Buffer.alloc(Number(process.env.BENCH_BALLAST_MB ?? 0) * 1e6, 1);
process.on('exit', () => void ballast.length);
