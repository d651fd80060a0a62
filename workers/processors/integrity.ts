/** Looks whether what is kept twice agrees. */
import type { Integrity } from '#src/integrity/service.ts';
import { outside } from '../processor.ts';

export const integrityProcessor = (integrity: Integrity) => outside<'integrity.check'>(() => integrity.nightly());
