export const pause = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Waits for something, but not for longer. It must not fail. */
export const atMost = (milliseconds: number, something: Promise<unknown>): Promise<unknown> =>
  Promise.race([something, pause(milliseconds)]);
