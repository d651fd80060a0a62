/** What the measurements of the network test mean for a visit. Pure. */

export type PathResult = 'works' | 'blocked' | 'absent' | 'failed';

export interface NetworkReport {
  udp: PathResult;
  tcp: PathResult;
  relay: PathResult;
  /** kbit/s, or null when it could not be measured */
  downKbps: number | null;
  upKbps: number | null;
}

export type Verdict = 'excellent' | 'good' | 'reduced' | 'sound' | 'none';
export type RateVerdict = 'video' | 'small' | 'sound' | 'poor' | 'unknown';

/** kbit/s: the three camera layers with sound need about 1.8 Mbit/s, the lower two 600, the lowest 200, sound 50. */
const FULL = 1_800;
const SMALL = 600;
const LOWEST = 200;

/** What one direction can carry. */
export function rateVerdict(kbps: number | null): RateVerdict {
  if (kbps === null) return 'unknown';
  if (kbps >= SMALL) return kbps >= FULL ? 'video' : 'small';
  return kbps >= LOWEST ? 'sound' : 'poor';
}

/**
 * The sentence for the whole test: `none` no path carries media, `sound` only sound is sure, `reduced` video in
 * small size or over TCP, `good`, `excellent`. An unmeasured rate does not make it worse than `good`.
 */
export function networkVerdict(report: NetworkReport): Verdict {
  if (![report.udp, report.tcp, report.relay].includes('works')) return 'none';
  const slowest = Math.min(report.downKbps ?? FULL, report.upKbps ?? FULL);
  if (slowest < SMALL) return 'sound';
  if (report.udp !== 'works' || slowest < FULL) return 'reduced';
  return report.downKbps === null || report.upKbps === null ? 'good' : 'excellent';
}
