/** What things that a test has started say of themselves when it fails: its own error says only what was not there. */

/** A few lines. */
export type FailureReport = () => string | Promise<string>;

/** Where the environment of a test file looks for them (`jest/environment.ts`). */
export interface ReportingGlobals {
  failureReports?: Set<FailureReport>;
}

/**
 * Adds to the errors of tests that fail from now on.
 * @returns takes it back
 */
export function onFailure(report: FailureReport): () => void {
  const globals = globalThis as ReportingGlobals;
  const reports = (globals.failureReports ??= new Set());
  reports.add(report);
  return () => void reports.delete(report);
}
