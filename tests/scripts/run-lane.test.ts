import path from 'node:path';
import { runLane } from '#scripts/test/run-lane.ts';
import { plant } from './workplace.ts';

const lane = { name: 'planted', folders: [], workers: 1, testTimeoutMs: 5_000, budgetMs: 60_000 };
const support = (file: string) => JSON.stringify(path.resolve(import.meta.dirname, '../support/jest', file));
const config = "export default { projects: [{ displayName: 'planted', transform: {} }] };\n";

const ours = `testEnvironment: ${support('environment.ts')}, runtime: ${support('runtime.ts')}`;
const reporting = `export default { projects: [{ displayName: 'planted', transform: {}, ${ours} }] };\n`;

/** What the runner makes of one test file. */
async function outcome(text: string, options: { graceMs?: number; args?: string[]; budgetMs?: number; jestConfig?: string } = {}) {
  const root = plant({ 'jest.config.js': options.jestConfig ?? config, 'package.json': '{"type":"module"}', 'a.test.js': text });
  const { budgetMs = lane.budgetMs, args = [], graceMs = 15_000 } = options;
  const { passed, failed, skipped, failures, faults } = await runLane({ root, lane: { ...lane, budgetMs }, args, graceMs, quiet: true });
  return { passed, failed, skipped, failures, faults: faults.map((fault) => fault.replace(root, '')) };
}

describe('runLane()', () => {
  test('counts passed, failed, skipped and planned tests', async () => {
    const text = "test('a', () => {}); test('b', () => { throw new Error('planted'); }); test.skip('c', () => {}); test.todo('d');";
    const failures = [expect.stringMatching(/^a\.test\.js › b\n +Error: planted/)];
    expect(await outcome(text)).toEqual({ passed: 1, failed: 1, skipped: 2, failures, faults: [] });
  });

  test('names what failed, and why', async () => {
    const { failures } = await outcome("describe('of all', () => test('b', () => expect({ a: 1 }).toEqual({ a: 2 })));");
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatch(/^a\.test\.js › of all b\n +Error: expect\(received\)\.toEqual\(expected\)/);
    expect(failures[0]).toContain('"a": 1');
  });

  test('tells with a failed test what the things that it started say of themselves', async () => {
    const text =
      "globalThis.failureReports = new Set([async () => 'the page is blank', () => '']); test('a', () => { throw new Error('planted'); });";
    const { failures } = await outcome(text, { jestConfig: reporting });
    expect(failures[0]).toMatch(/^a\.test\.js › a\n +Error: planted\n +the page is blank\n +at /);
  });

  test('counts a file that does not load as failed', async () => {
    const { faults, ...counted } = await outcome("import './missing.js'; test('a', () => {});");
    expect(counted).toEqual({ passed: 0, failed: 1, skipped: 0, failures: [] });
    expect(faults).toHaveLength(1);
    expect(faults[0]!.split('\n')[0]).toBe('/a.test.js failed outside of its tests');
    expect(faults[0]).toContain('missing.js');
  });

  test('counts an afterAll that throws as failed', async () => {
    const result = await outcome("test('a', () => {}); afterAll(() => { throw new Error('planted'); });");
    expect(result).toMatchObject({ failed: 1 });
  });

  test('counts a jest that dies as failed', async () => {
    const result = await outcome("test('a', () => process.kill(process.pid, 'SIGKILL'));");
    expect(result).toEqual({ passed: 0, failed: 1, skipped: 0, failures: [], faults: ['jest left no report (SIGKILL)'] });
  });

  test('counts a run that leaves a server open as failed', async () => {
    const text = "import { createServer } from 'node:net'; test('a', (done) => { createServer().listen(0, '127.0.0.1', done); });";
    const result = await outcome(text, { graceMs: 1_000 });
    expect(result).toMatchObject({ passed: 1, failed: 1 });
    expect(result.faults[0]).toContain('left open');
  });

  test('stops a run that hangs', async () => {
    const result = await outcome("test('a', () => { for (;;); });", { budgetMs: 2_000 });
    expect(result).toMatchObject({ passed: 0, failed: 1, faults: ['stopped because of its time limit'] });
  });

  test('reports no test when the arguments select none', async () => {
    const nothing = { passed: 0, failed: 0, skipped: 0, failures: [], faults: [] };
    expect(await outcome("test('a', () => {});", { args: ['elsewhere'] })).toEqual(nothing);
  });
});
