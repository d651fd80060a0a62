/** Moves appointments that changed hours push aside, or calls them off: each in its own transaction, and none twice. */
import type { Scheduling } from '#src/schedules/service.ts';
import { outside } from '../processor.ts';

export const displaceProcessor = (scheduling: Pick<Scheduling, 'displace'>) =>
  outside<'schedule.displace'>(({ payload }) => scheduling.displace(payload));
