/** The table of all processors: a topic of the outbox and the code that does it. A new topic adds its line here. */
import type { Maintenance } from '#src/maintenance/service.ts';
import type { Messaging } from '#src/messaging/service.ts';
import type { Notifications } from '#src/notifications/service.ts';
import type { Orders } from '#src/orders/service.ts';
import type { Processors } from './processor.ts';
import { cleanProcessor } from './processors/clean.ts';
import { deliverProcessor } from './processors/deliver.ts';
import { expireOrderProcessor } from './processors/expire-order.ts';
import { notifyProcessor } from './processors/notify.ts';

/** Services that processors call. */
export interface ProcessorServices {
  maintenance: Maintenance;
  messaging: Messaging;
  notifications: Notifications;
  orders: Orders;
}

export function createProcessors({ maintenance, messaging, notifications, orders }: ProcessorServices): Processors {
  return {
    'maintenance.clean': cleanProcessor(maintenance),
    'message.deliver': deliverProcessor(messaging),
    'order.expire': expireOrderProcessor(orders),
    'notification.send': notifyProcessor(notifications),
  };
}
