/** How a medicine is taken. */
import { z } from 'zod';
import { measured } from './numbers.ts';

export const doseUnit = z.enum(['mg', 'g', 'µg', 'ml', 'IU', 'mmol', 'tablet', 'capsule', 'sachet', 'drop', 'puff', 'patch', 'dose']);

/** Abbreviations of Chinese and international prescriptions. */
export const frequency = z
  .enum(['qd', 'bid', 'tid', 'qid', 'qn', 'qod', 'qw', 'biw', 'q4h', 'q6h', 'q8h', 'q12h', 'st', 'prn'])
  .describe(
    'qd: once a day, bid: twice, tid: three times, qid: four times, qn: at night, qod: every other day, st: once, prn: when needed',
  );

export const route = z.enum([
  ...(['oral', 'sublingual', 'intravenous', 'intramuscular', 'subcutaneous', 'topical', 'inhaled'] as const),
  ...(['rectal', 'vaginal', 'ophthalmic', 'otic', 'nasal'] as const),
]);

export const dosage = z.strictObject({
  amount: measured(0.0001, 100_000, 4).describe('at a time, in `unit`'),
  unit: doseUnit,
  frequency,
  route,
  days: z.int().min(1).max(365).optional().describe('for how long'),
});
export type Dosage = z.infer<typeof dosage>;

/** Times a day that each frequency stands for on average; null where nobody can say. */
const TIMES_A_DAY: Record<z.infer<typeof frequency>, number | null> = {
  ...{ qd: 1, bid: 2, tid: 3, qid: 4, qn: 1, qod: 0.5, qw: 1 / 7, biw: 2 / 7 },
  ...{ q4h: 6, q6h: 4, q8h: 3, q12h: 2, st: null, prn: null },
};

/** What is taken in a day on average, in the unit of the dosage; null for `st` and `prn`. */
export function dailyAmount({ amount, frequency: often }: Pick<Dosage, 'amount' | 'frequency'>): number | null {
  const times = TIMES_A_DAY[often];
  return times === null ? null : amount * times;
}
