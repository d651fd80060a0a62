// Cleanups that run however this process ends.

const cleanups = new Set();

/**
 * Registers a cleanup that runs however this process ends, Ctrl-C included.
 * @param {() => void} cleanup synchronous
 * @returns {() => void} runs it now and forgets it
 */
export function onExit(cleanup) {
  cleanups.add(cleanup);
  return () => {
    if (cleanups.delete(cleanup)) cleanup();
  };
}
process.on('exit', () => {
  for (const cleanup of [...cleanups].reverse()) {
    try {
      cleanup();
    } catch {
      // the others still have to run
    }
  }
});
for (const [signal, number] of [
  ['SIGHUP', 1],
  ['SIGINT', 2],
  ['SIGTERM', 15],
]) {
  process.on(signal, () => process.exit(128 + number));
}
