/** Tidies tables that only grow. */
import type { Maintenance } from '#src/maintenance/service.ts';
import { outside } from '../processor.ts';

export const cleanProcessor = (maintenance: Maintenance) => outside<'maintenance.clean'>(() => maintenance.clean());
