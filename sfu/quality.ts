/** Network quality in five steps, from mediasoup's stream scores (0 to 10, made of loss and retransmission). Pure but for a timer. */
import type { QualityLevel } from './types.ts';

/** mediasoup score, 0 (nothing arrives) to 10 (nothing is lost), to our scale. A measured path is never 0: that is "no data". */
export function qualityOf(score: number): QualityLevel {
  if (score < 4) return 1;
  if (score < 7) return 2;
  return score < 9 ? 3 : 4;
}

/** From this score on a stream is good: well enough at the server to be forwarded, and nobody is to blame. */
export const GOOD_SCORE = 7;
/** Lowest score of a picture that arrives whole, if only in a small layer: weak, but nothing to give up. */
const SMALL_SCORE = 4;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Score of what a peer sends on one producer: the mean over the layers that are asked for and came once, so that layers
 * given up count as loss. As long as one arrives whole that is no bad network: a sender gives layers up for want of
 * processor, too. Undefined without any.
 */
export function upScore(scores: readonly number[]): number | undefined {
  if (scores.length === 0) return undefined;
  return Math.max(mean(scores), Math.max(...scores) >= GOOD_SCORE ? SMALL_SCORE : 0);
}

/** What is known of one consumer. */
export interface Reception {
  /** mediasoup's, 0 to 10; what the sender loses on its way to the server is missing there, too. */
  score: number;
  /** Share of packets lost between server and receiver, 0 to 1; undefined when nothing measures it. */
  loss: number | undefined;
  /** Whether the sender loses packets on its way to the server: then layers come and go by themselves. */
  lossyUplink: boolean;
  /** Layers that are wanted and reach the server well, but do not fit through; `all`: not even the lowest fits. */
  lacking: number | 'all';
}

/**
 * Score of a consumer with only that counted in which happens between server and receiver, who would give up video
 * for a sender's weak uplink otherwise. Too little bandwidth shows as lower layers, not as loss, so each layer lacking
 * costs 3 points and video that does not fit at all leaves 2. Undefined when nothing can be told.
 */
export function downScore({ score, loss, lossyUplink, lacking }: Reception): number | undefined {
  const arrives = loss === undefined ? score : Math.max(score, lossScore(loss));
  if (lossyUplink) return loss === undefined ? undefined : arrives;
  return Math.min(arrives, lacking === 'all' ? 2 : 10 - 3 * lacking);
}

/** The score that mediasoup gives for a share of lost packets when none of them is repaired. */
const lossScore = (loss: number): number => 10 * (1 - loss) ** 4;

/** Index of the highest wanted layer that reaches the server well; -1 none. */
export function availableLayer(producerScores: readonly number[], preferred: number): number {
  return producerScores.slice(0, preferred + 1).findLastIndex((score) => score >= GOOD_SCORE);
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
