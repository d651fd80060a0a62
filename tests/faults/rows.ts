/** The rows of the fault plan about bookings, money, signing in and rooms. */
import { transfers } from './balance-row.ts';
import { cancelling, lengths, moving, oneSlot, queueNumbers, seats } from './booking-rows.ts';
import { chatting } from './chat-row.ts';
import { drained } from './drain-row.ts';
import { forging } from './forgery-row.ts';
import { guessing } from './guessing-row.ts';
import { jobsKilled } from './job-row.ts';
import { repeating } from './key-rows.ts';
import { nodeKilled } from './node-rows.ts';
import { redisOut } from './outage-rows.ts';
import { clockJumps, partitioned } from './partition-rows.ts';
import { nodePaused } from './pause-rows.ts';
import { killed, payingAtOnce, racing, replaying } from './payment-rows.ts';
import { neverReading } from './reader-row.ts';
import type { Row } from './row.ts';
import { workerFrozen, workerKilled } from './worker-rows.ts';

/** Rows of rooms. */
export const roomRows: readonly Row[] = [
  nodeKilled,
  nodePaused,
  partitioned,
  clockJumps,
  chatting,
  drained,
  redisOut,
  neverReading,
  workerKilled,
  workerFrozen,
];

export const rows: readonly Row[] = [
  oneSlot,
  seats,
  lengths,
  payingAtOnce,
  moving,
  cancelling,
  queueNumbers,
  replaying,
  racing,
  killed,
  forging,
  transfers,
  repeating,
  guessing,
  jobsKilled,
  ...roomRows,
];
