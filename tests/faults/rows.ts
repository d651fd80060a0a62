/** The rows of the fault plan about bookings, money and signing in. */
import { transfers } from './balance-row.ts';
import { cancelling, lengths, moving, oneSlot, queueNumbers, seats } from './booking-rows.ts';
import { forging } from './forgery-row.ts';
import { guessing } from './guessing-row.ts';
import { repeating } from './key-rows.ts';
import { killed, payingAtOnce, racing, replaying } from './payment-rows.ts';
import type { Row } from './row.ts';

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
];
