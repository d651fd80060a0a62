/** Runs one lane of tests with jest and counts what came out, whatever way it ended. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { Lane } from './lanes.ts';

export interface LaneResult {
  passed: number;
  /** Failed tests, and one more for every other fault: a suite that does not load, a hook that throws, jest itself failing. */
  failed: number;
  skipped: number;
  ms: number;
  /** The tests that failed, each with where it stands and the first lines of why: what a long log hides. */
  failures: string[];
  /** What failed apart from tests, in sentences. */
  faults: string[];
}

/** The part of jest's JSON report that is counted. */
interface JestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
  testResults: {
    name: string;
    status: string;
    message?: string;
    assertionResults: { status: string; fullName: string; failureMessages?: string[] }[];
  }[];
}

export interface LaneRun {
  /** Folder with `jest.config.js` and `node_modules`. */
  root: string;
  lane: Lane;
  /** Further arguments for jest: paths, `-t name`. */
  args: readonly string[];
  /** Stops the lane and everything that it started. */
  signal?: AbortSignal;
  /** How long jest may live on after its last test, ms. */
  graceMs?: number;
  /** Hides what jest prints. */
  quiet?: boolean;
}

/** A lane that runs this much over its budget hangs: a machine that others keep busy was seen to take 1.8 times as long. */
const HANGS_AFTER = 2.5;

/** How jest ended. */
interface Ending {
  /** Its exit code or signal, in words; undefined for success. */
  exit: string | undefined;
  /** Why we ended it ourselves. */
  killedFor: string | undefined;
}

/** Lines of a failed test's message that are repeated at the end. */
const LINES_OF_FAILURE = 15;
const INDENT = '\n      ';

/** The beginning of a message of jest, without colours and frames of libraries. */
const briefly = (message: string): string[] =>
  stripVTControlCharacters(message)
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.includes('node_modules'))
    .slice(0, LINES_OF_FAILURE);

/** Each failed test as `tests/a.test.ts › name`, with the beginning of its message below. */
function failuresOf(report: JestReport, root: string): string[] {
  return report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === 'failed')
      .map(({ fullName, failureMessages = [] }) =>
        [`${relative(root, name)} › ${fullName}`, ...briefly(failureMessages.join('\n'))].join(INDENT),
      ),
  );
}

/** Counts a report; `undefined` stands for a jest that died before it wrote one. */
function tally(report: JestReport | undefined, { exit, killedFor }: Ending, root: string): Omit<LaneResult, 'ms'> {
  const faults = killedFor === undefined ? [] : [`stopped because of ${killedFor}`];
  if (!report) {
    if (faults.length === 0) faults.push(`jest left no report (${exit ?? 'exit code 0'})`);
    return { passed: 0, failed: faults.length, skipped: 0, failures: [], faults };
  }
  for (const suite of report.testResults) {
    const explained = suite.assertionResults.some((test) => test.status === 'failed');
    if (suite.status !== 'failed' || explained) continue;
    faults.push([`${suite.name} failed outside of its tests`, ...briefly(suite.message ?? '')].join(INDENT));
  }
  if (exit !== undefined && faults.length === 0 && report.numFailedTests === 0) faults.push(`jest ended with ${exit}`);
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + faults.length,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: failuresOf(report, root),
    faults,
  };
}

/** Kills a child's whole process group; there may be nobody left. */
function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Starts jest in a process group of its own and waits for its end; nothing of the group survives it. */
function runJest(run: LaneRun, reportFile: string): Promise<Ending> {
  const { root, lane, args, signal, graceMs = 15_000, quiet = false } = run;
  // Each test file loads the program anew: with more room for what is young a tenth of the processor's time is saved.
  const memory = '--max-semi-space-size=64';
  const flags = [memory, '--experimental-vm-modules', '--disable-warning=ExperimentalWarning'];
  const jest = [join(root, 'node_modules/jest/bin/jest.js'), ...args, '--passWithNoTests', '--json', '--outputFile', reportFile];
  // What runs alone takes long, and says what each of its tests took.
  const workers = lane.workers === 1 ? ['--runInBand', '--verbose'] : ['--maxWorkers', String(lane.workers)];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...flags, ...jest, ...workers, '--selectProjects', lane.name], {
      cwd: root,
      stdio: quiet ? 'ignore' : ['ignore', 'inherit', 'inherit'],
      detached: true,
      env: { ...process.env, NODE_ENV: 'test' },
    });
    let killedFor: string | undefined;
    const end = (why: string) => {
      killedFor ??= why;
      killGroup(child.pid);
    };
    const started = Date.now();
    let reportedAt = Infinity;
    const watch = setInterval(() => {
      if (reportedAt === Infinity && existsSync(reportFile)) reportedAt = Date.now();
      if (Date.now() - reportedAt > graceMs) end('something left open (a server, socket, timer or child process keeps jest alive)');
      if (Date.now() - started > lane.budgetMs * HANGS_AFTER) end('its time limit');
    }, 500);
    signal?.addEventListener('abort', () => end('an interruption'));
    if (signal?.aborted) end('an interruption');
    child.on('error', reject);
    child.on('close', (code, killedBy) => {
      clearInterval(watch);
      killGroup(child.pid);
      resolve({ exit: code === 0 ? undefined : (killedBy ?? `exit code ${code}`), killedFor });
    });
  });
}

/**
 * Runs one lane.
 * @throws what `spawn` throws when there is no Node to start
 */
export async function runLane(run: LaneRun): Promise<LaneResult> {
  const folder = mkdtempSync(join(tmpdir(), 'wenzhen-lane-'));
  const reportFile = join(folder, 'report.json');
  const started = performance.now();
  try {
    const ending = await runJest(run, reportFile);
    const report = existsSync(reportFile) ? (JSON.parse(readFileSync(reportFile, 'utf8')) as JestReport) : undefined;
    return { ...tally(report, ending, run.root), ms: performance.now() - started };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
