/** After the last test file of a run. */
export default async function stop(): Promise<void> {
  await (globalThis as unknown as { stopTestDatabases?: () => Promise<void> }).stopTestDatabases?.();
}
