/** Pages of Chromium in a visit. What makes them is typed for browsers (`tests/browser`), so it is loaded by its address. */
import { readFileSync, writeFileSync } from 'node:fs';

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

/** Somebody with a page of a process. */
export interface PagePerson {
  id: string;
  token: string;
  /** Of the process. */
  origin: string;
}

/** Brings these people into a visit, each on a page of their own. */
export type OpenPages = (visitId: string, people: readonly PagePerson[]) => Promise<CallPages>;

export const openPages: OpenPages = async (...visit) => {
  const { href } = new URL('../browser/call-pages.ts', import.meta.url);
  const loaded = (await import(href)) as { openPages: OpenPages };
  return loaded.openPages(...visit);
};

/**
 * Pages of Chromium stand for devices of their own, which take no processor from the server. They lead a session of their own, and
 * processors are shared between sessions before any priority within one counts: a media worker was seen waiting 112 ms for
 * them. So this session weighs more while it plays, as `cpu_shares` or `CPUWeight` give it to a service. Only root may. Pages
 * wait the longer then, up to 300 ms while another process collects its garbage: not for plays that look for short silences on them.
 * @returns ends it
 */
export function serveFirst(): () => void {
  const file = '/proc/self/autogroup';
  try {
    const before = /nice (-?\d+)/.exec(readFileSync(file, 'utf8'))?.[1] ?? '0';
    writeFileSync(file, '-20');
    return () => writeFileSync(file, before);
  } catch {
    return () => undefined;
  }
}
