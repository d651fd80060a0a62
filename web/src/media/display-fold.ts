/** Folds reports of how large videos are shown into the messages worth sending. Pure. */

export interface Display {
  consumerId: string;
  /** Device pixels; 0 means not visible. */
  width: number;
  height: number;
}

/** Smaller changes of size do not change the layer. */
const TOLERANCE = 0.1;

function differs(before: Display | undefined, now: Display): boolean {
  if (!before) return true;
  const change = (from: number, to: number): boolean => (from === 0 || to === 0 ? from !== to : Math.abs(to - from) / from > TOLERANCE);
  return change(before.width, now.width) || change(before.height, now.height);
}

/**
 * What has to be told to the server.
 * @param told what was sent last, by consumer
 * @param shown what is on screen now; a consumer that is alive but not in it is not visible
 * @param alive every video consumer of the page
 */
export function changedDisplays(told: ReadonlyMap<string, Display>, shown: readonly Display[], alive: readonly string[]): Display[] {
  const byId = new Map(shown.map((display) => [display.consumerId, display]));
  return alive
    .map((consumerId) => byId.get(consumerId) ?? { consumerId, width: 0, height: 0 })
    .filter((display) => differs(told.get(display.consumerId), display));
}
