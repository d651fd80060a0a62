/** What is sealed inside a prescription. */
import type { Diagnosis } from '#src/medical/diagnosis.ts';
import type { Hit } from '#src/medicines/check.ts';
import type { Item } from './schemas.ts';

export interface Content {
  diagnoses: readonly Diagnosis[];
  items: readonly (Item & { name: string; specification: string; unit: string })[];
  /** What the doctor was warned of, for the pharmacist. */
  warnings: readonly Hit[];
}
