/** When a page that goes straight into a visit opens its camera. */
import type { VisitParts } from './visit-parts.ts';
import { others } from './visit-state.ts';

/** Capture waits at most this long for the room, and then for the first picture, in ms. */
const ENTER_MS = 2_500;
const PICTURE_MS = 1_000;

/**
 * Resolves when starting camera and microphone no longer delays the first picture of the others, which both would
 * cost most of a second on a small machine: it is shown, there is none to come, or it takes too long.
 */
export function captureMoment({ state, displays }: Pick<VisitParts, 'state' | 'displays'>): Promise<void> {
  return new Promise((resolve) => {
    let timer = setTimeout(done, ENTER_MS);
    let entered = false;
    const stops = [state.subscribe(look), displays.shown.subscribe(look)];
    function done(): void {
      clearTimeout(timer);
      for (const stop of stops) stop();
      resolve();
    }
    function look(): void {
      const { phase } = state.get();
      if (phase === 'joining') return;
      const video = others(state.get()).some(({ producers }) => producers.some(({ kind, paused }) => kind === 'video' && !paused));
      if (phase !== 'room' || !video || displays.shown.get()) return done();
      if (entered) return;
      entered = true;
      clearTimeout(timer);
      timer = setTimeout(done, PICTURE_MS);
    }
  });
}
