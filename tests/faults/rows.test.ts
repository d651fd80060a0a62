/**
 * Rows of the fault plan in short, over two real processes on the MariaDB of the run, and a planted bug to see that what judges them
 * looks. docs/faults.md says how all of them are played at length.
 */
import { oneSlot } from './booking-rows.ts';
import { chatting } from './chat-row.ts';
import { nodeKilled } from './node-rows.ts';
import { redisOut } from './outage-rows.ts';
import { clockJumps, partitioned } from './partition-rows.ts';
import { nodePaused } from './pause-rows.ts';
import { payingAtOnce, racing, replaying } from './payment-rows.ts';
import { neverReading } from './reader-row.ts';
import { type Rig, startRig } from './rig.ts';
import { createFindings, type Findings, type Row, type Size } from './row.ts';
import { workerKilled } from './worker-rows.ts';

const ROOM_ROWS = [nodeKilled, nodePaused, chatting, redisOut, neverReading, workerKilled];
/** These break the network and the clocks of the processes, which the others have like everybody else. */
const SURROUNDINGS_ROWS = [partitioned, clockJumps];

let rig: Rig;
function useRig(rows: readonly Row[]): void {
  beforeAll(async () => {
    const options = rows.map((row) => row.rig ?? {});
    const env = Object.assign({}, ...options.map((each) => each.env));
    rig = await startRig({ ...Object.assign({}, ...options), mariadb: process.env['TEST_MARIADB'] ?? '', env });
  }, 120_000);
  afterAll(() => rig?.close(), 60_000);
}

async function play(row: Row, size: Size): Promise<Findings> {
  const found = createFindings();
  await row.play(rig, size, found);
  return found;
}

const inShort = (rows: readonly Row[]): void =>
  test.each(rows)('$id holds', async (row) => {
    const found = await play(row, row.short!);
    console.log(row.id, found.figures());
    expect(found.faults).toEqual([]);
  });

describe('two processes', () => {
  useRig(ROOM_ROWS);

  test.each([
    { row: oneSlot, size: { rounds: 2, clients: 32 }, atLeast: 64 },
    { row: payingAtOnce, size: { rounds: 1, clients: 4 }, atLeast: 8 },
    { row: replaying, size: { rounds: 100, clients: 32 }, atLeast: 120 },
    { row: racing, size: { rounds: 1, clients: 6 }, atLeast: 36 },
  ])('$row.id holds', async ({ row, size, atLeast }) => {
    const found = await play(row, size);
    expect(found.faults).toEqual([]);
    // It has played.
    expect(Number(found.figures()['requests'])).toBeGreaterThanOrEqual(atLeast);
  });

  inShort(ROOM_ROWS);

  // The last: what it takes out of the database stays out.
  test('a bug is found: two have one slot once the key of places is gone', async () => {
    await rig.drop(['claims']);
    const { faults } = await play(oneSlot, { rounds: 4, clients: 32 });
    expect(faults[0]).toMatch(/^successes: \d+ instead of 1$/);
  });
});

describe('two processes with networks and clocks of their own', () => {
  useRig(SURROUNDINGS_ROWS);
  inShort(SURROUNDINGS_ROWS);
});
