/** Measures one side: generator → router → sink, processor time of Node and worker, packets sent and arrived. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { cpuSeconds, forked, pin, residentBytes } from '../processes.ts';
import { startLoad, type Stream } from '../rtp/load.ts';
import type { Shape } from './plain.ts';

export interface Window {
  /** packets that reached the sink */
  arrived: number;
  /** packets that the generator sent */
  sent: number;
  /** processor seconds */
  worker: number;
  node: number;
  seconds: number;
  /** ticks that the generator was over 50 ms late: the load itself was short of processor time */
  late: number;
}

export interface Running {
  workerPid: number;
  nodePid: number;
  receive(count: number): Promise<void>;
  measure(seconds: number): Promise<Window>;
  workerBytes(): number;
  stop(): Promise<void>;
}

/** Time after a change until everybody receives, which begins with a key frame (one comes every two seconds), and queues are as they stay. */
const SETTLE_MS = 3_000;

/**
 * Starts one side with the streams flowing; nobody receives yet.
 * @param twin share of a core (0 to 1) that a sanity twin burns in our Node process; 0 for none
 */
export async function startSide(side: 'bare' | 'ours', shape: Shape, twin = 0): Promise<Running> {
  const program = join(import.meta.dirname, 'side.ts');
  const running = await forked<{ workerPid: number; streams: Stream[] }>(program, [
    side,
    JSON.stringify(shape),
    String(side === 'ours' ? twin : 0),
  ]);
  const { workerPid, streams } = running.first;
  const nodePid = running.pid;
  pin(nodePid, 'server');
  pin(workerPid, 'server');
  const load = await startLoad();
  load.add(streams);
  const now = async () => ({ ...(await load.read()), worker: cpuSeconds(workerPid), node: cpuSeconds(nodePid), at: performance.now() });
  return {
    workerPid,
    nodePid,
    async receive(count) {
      running.child.send(count);
      await running.message();
    },
    async measure(seconds) {
      await sleep(SETTLE_MS);
      const a = await now();
      await sleep(seconds * 1000);
      const b = await now();
      return {
        arrived: b.arrived - a.arrived,
        sent: b.sent - a.sent,
        worker: b.worker - a.worker,
        node: b.node - a.node,
        seconds: (b.at - a.at) / 1000,
        late: b.late - a.late,
      };
    },
    workerBytes: () => residentBytes(workerPid),
    async stop() {
      await load.stop();
      await running.stop();
    },
  };
}
