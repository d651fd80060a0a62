/** Network quality of one peer, both ways. */
import { qualityMeter } from './quality.ts';
import type { QualityLevel } from './types.ts';

/** Score events come in bursts; the network quality is judged this often at most, in ms. */
const INTERVAL_MS = 250;
/** As long as something looks bad it is judged again after this time, in ms, events or not. */
const AGAIN_MS = 1_000;

export interface PeerQuality {
  /** Something that counts has changed: judges soon. */
  changed(): void;
  close(): void;
}

interface Sources {
  /** Score of what the peer sends, 0 to 10; undefined while nothing is measured. */
  up(): number | undefined;
  /** The same for what it receives, which may have to be asked of the worker. */
  down(): Promise<number | undefined>;
  /** Whether something that it receives does not come as it should. */
  looksBad(): boolean;
}

/** @param tell called with each new pair of levels */
export function peerQuality(sources: Sources, tell: (levels: { up: QualityLevel; down: QualityLevel }) => void): PeerQuality {
  const told = (): void => tell({ up: up.level, down: down.level });
  const up = qualityMeter(told);
  const down = qualityMeter(told);
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  async function judge(): Promise<void> {
    const score = await sources.down();
    timer = undefined;
    if (closed) return;
    up.update(sources.up());
    down.update(score);
    if (sources.looksBad()) plan(AGAIN_MS);
  }
  function plan(delayMs: number): void {
    if (!closed) timer ??= setTimeout(() => void judge(), delayMs).unref();
  }
  return {
    changed: () => plan(INTERVAL_MS),
    close() {
      closed = true;
      clearTimeout(timer);
      up.close();
      down.close();
    },
  };
}
