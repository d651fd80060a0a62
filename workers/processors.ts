/** The table of all processors: a topic of the outbox and the code that does it. A new topic adds its line here. */
import type { Maintenance } from '#src/maintenance/service.ts';
import type { Notifications } from '#src/notifications/service.ts';
import type { Processors } from './processor.ts';
import { cleanProcessor } from './processors/clean.ts';
import { notifyProcessor } from './processors/notify.ts';

/** Services that processors call. */
export interface ProcessorServices {
  maintenance: Maintenance;
  notifications: Notifications;
}

export function createProcessors({ maintenance, notifications }: ProcessorServices): Processors {
  return {
    'maintenance.clean': cleanProcessor(maintenance),
    'notification.send': notifyProcessor(notifications),
  };
}
