/** Network quality in five steps, from mediasoup's stream scores (0 to 10, made of loss and retransmission). Pure but for a timer. */
import type { QualityLevel } from './types.ts';

/** mediasoup score, 0 (nothing arrives) to 10 (nothing is lost), to our scale. A measured path is never 0: that is "no data". */
export function qualityOf(score: number): QualityLevel {
  if (score < 4) return 1;
  if (score < 7) return 2;
  return score < 9 ? 3 : 4;
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Score of what a peer sends on one producer: the mean over the layers that are asked for and came once, so that layers
 * given up for want of bandwidth count as loss. Undefined without any.
 */
export function upScore(scores: readonly number[]): number | undefined {
  return scores.length > 0 ? mean(scores) : undefined;
}

/** A layer with this score or more reaches the server well enough to be forwarded. */
const WELL = 7;

/**
 * Score of what a peer receives on one consumer. Bandwidth that does not suffice shows as lower layers, not as loss, so
 * each layer missing costs 3 points and video that does not come at all leaves 2. Layers that hardly reach the server do
 * not count: a sender's weak uplink is not the receiver's fault, who would give up video for it.
 * @param layers of a simulcast consumer that has forwarded something; `current` is undefined when nothing is forwarded
 */
export function downScore(
  score: number,
  layers: { producerScores: readonly number[]; preferred: number; current: number | undefined },
): number {
  const available = layers.producerScores.slice(0, layers.preferred + 1).findLastIndex((value) => value >= WELL);
  if (available < 0) return score;
  if (layers.current === undefined) return Math.min(score, 2);
  return Math.min(score, 10 - 3 * Math.max(0, available - layers.current));
}

/** Quality has to be better for this long before it is shown to be, one step at a time. */
export const RISE_MS = 4_000;

/** A level that falls at once and rises slowly. */
export interface QualityMeter {
  readonly level: QualityLevel;
  /** @param score 0 to 10, or undefined while there is nothing to measure: the level stays */
  update(score: number | undefined): void;
  close(): void;
}

/** @param changed called with each new level */
export function qualityMeter(changed: (level: QualityLevel) => void): QualityMeter {
  let level: QualityLevel = 0;
  let target: QualityLevel = 0;
  let timer: NodeJS.Timeout | undefined;
  const move = (next: QualityLevel) => {
    level = next;
    changed(level);
  };
  const rise = () => {
    timer = undefined;
    if (target > level) move((level + 1) as QualityLevel);
    if (target > level) timer = setTimeout(rise, RISE_MS).unref();
  };
  return {
    get level() {
      return level;
    },
    update(score) {
      if (score === undefined) return;
      target = qualityOf(score);
      // Level 0 says that nothing was measured, so there is nothing to rise from.
      if (target <= level || level === 0) {
        clearTimeout(timer);
        timer = undefined;
        if (target !== level) move(target);
      } else timer ??= setTimeout(rise, RISE_MS).unref();
    },
    close() {
      clearTimeout(timer);
    },
  };
}
