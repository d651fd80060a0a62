/** Tells how well a peer receives whose quality is judged on another node. */
import { qualityOf } from './quality.ts';
import type { Receiving } from './receiving.ts';

/** Score events come in bursts; they are looked at this often at most, in ms. */
const INTERVAL_MS = 250;
/** As long as something looks bad it is looked at again after this time, in ms. */
const AGAIN_MS = 1_000;

/** @param tell called with each new score; small differences that change no level are not told */
export function watchScore(receiving: Pick<Receiving, 'score' | 'looksBad'>, tell: (score: number | undefined) => void) {
  let told: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const level = (score: number | undefined): number => (score === undefined ? 0 : qualityOf(score));
  const look = async (): Promise<void> => {
    const score = await receiving.score().catch(() => undefined);
    timer = undefined;
    if (closed) return;
    if (level(score) !== level(told)) tell(score);
    told = score;
    if (receiving.looksBad()) plan(AGAIN_MS);
  };
  const plan = (delayMs: number): void => {
    if (!closed) timer ??= setTimeout(() => void look(), delayMs).unref();
  };
  return {
    changed: () => plan(INTERVAL_MS),
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
}
