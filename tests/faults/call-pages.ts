/** Pages of Chromium in a visit. What makes them is typed for browsers (`tests/browser`), so it is loaded by its address. */

export interface CallPages {
  /** Waits until every page sees something that moves. */
  move(deadlineMs?: number): Promise<unknown>;
  /** Begins to look how long nothing is heard. */
  watch(): Promise<unknown>;
  /** Ends that. @returns the longest silence of each page, in ms */
  silences(): Promise<number[]>;
  /** How many were loaded again. */
  reloads(): Promise<number>;
  close(): Promise<void>;
}

/** Brings these people into a visit, each on a page of their own. @param origin of a process */
export type OpenPages = (origin: string, visitId: string, people: readonly { id: string; token: string }[]) => Promise<CallPages>;

export const openPages: OpenPages = async (...visit) => {
  const { href } = new URL('../browser/call-pages.ts', import.meta.url);
  const loaded = (await import(href)) as { openPages: OpenPages };
  return loaded.openPages(...visit);
};
