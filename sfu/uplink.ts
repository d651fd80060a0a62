/** Looks at what peers send, once a second at most: how much it is, and whether it arrives whole. */

/** Pause between two looks, in ms. */
const INTERVAL_MS = 1_000;
/** Share of packets from which on an uplink counts as lossy; less does no harm to a score. */
const LOSSY = 0.05;
/**
 * For so long loss on an uplink explains what receivers report, in ms: reports about sound come every 5 s, and the
 * score that is made of them remembers more than one.
 */
const LOSSY_FOR_MS = 15_000;

/** Looks that are left out after one that found all well: each costs the worker and this process more than the packets in between. */
const CALM_LOOKS = 4;
/** Lowest score of what is sent that counts as well. */
const CALM_SCORE = 9;

/** How often one uplink is worth a look. */
export interface LookPace {
  /** @param score of what is sent, 0 to 10; undefined when nothing is measured. @returns whether to look this time */
  due(score: number | undefined): boolean;
  /** @param calm the look found little, and all of it had arrived */
  looked(calm: boolean): void;
}

export function lookPace(): LookPace {
  let left = 0;
  return {
    due(score) {
      if (left === 0 || (score ?? 10) < CALM_SCORE) return true;
      left--;
      return false;
    },
    looked(calm) {
      left = calm ? CALM_LOOKS : 0;
    },
  };
}

/** Remembers whether packets of a peer were lost on their way to the server a moment ago. */
export interface UplinkWatch {
  /** @param loss share of packets, 0 to 1; undefined when it was not measured */
  saw(loss: number | undefined): void;
  readonly lossy: boolean;
}

export function uplinkWatch(): UplinkWatch {
  let until = -Infinity;
  return {
    saw(loss) {
      if (loss !== undefined && loss > LOSSY) until = performance.now() + LOSSY_FOR_MS;
    },
    get lossy() {
      return performance.now() < until;
    },
  };
}

/** Parts of a round: what is asked of the workers at once holds up packets. */
const PARTS = 5;

/** Looks at all peers of a server, a part of them at a time. @returns ends it */
export function watchUplinks(peers: () => Iterable<{ checkUplink(): Promise<void> }>): () => void {
  let part = 0;
  const look = (): void => {
    part = (part + 1) % PARTS;
    let number = 0;
    // A look that fails found a closed transport or a dead worker, which are told otherwise.
    for (const peer of peers()) if (number++ % PARTS === part) peer.checkUplink().catch(() => undefined);
  };
  const timer = setInterval(look, INTERVAL_MS / PARTS).unref();
  return () => clearInterval(timer);
}
