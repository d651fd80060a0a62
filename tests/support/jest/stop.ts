/** How long what test files have left may take to end by itself, in ms: less than a lane waits (`scripts/test/run-lane.ts`). */
const ENDING_MS = 10_000;

/** After the last test file of a run. */
export default async function stop(): Promise<void> {
  await (globalThis as unknown as { stopTestDatabases?: () => Promise<void> }).stopTestDatabases?.();
  // What keeps the process from ending has no name once the lane has ended it.
  setTimeout(() => console.error('still open:', process.getActiveResourcesInfo().join(' ')), ENDING_MS).unref();
}
