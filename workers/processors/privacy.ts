/** Copies people's data, erases people, and deletes what has been kept long enough. */
import type { Privacy } from '#src/privacy/service.ts';
import { inTransaction, outside } from '../processor.ts';

export const copyDataProcessor = ({ jobs }: Privacy) => outside<'privacy.export'>(({ payload }) => jobs.makeCopy(payload.requestId));
export const erasePersonProcessor = ({ jobs }: Privacy) => inTransaction<'privacy.erase'>(({ payload }) => jobs.erase(payload.requestId));
export const retainProcessor = ({ jobs }: Privacy) => outside<'privacy.retain'>(() => jobs.retain());
