/** Messages that leave the house: sending them, their log, their words. */
import { createDeliveries, type Deliveries, type DeliveriesParts } from './deliveries.ts';
import type { DemoInbox } from './demo-inbox.ts';
import { createMessageLog, type MessageLog } from './log.ts';
import type { TemplateStore } from './template-store.ts';

export interface Messaging extends Deliveries, MessageLog {
  readonly templates: TemplateStore;
  readonly inbox: DemoInbox | null;
}

export function createMessaging(parts: DeliveriesParts): Messaging {
  const { templates, inbox } = parts.senders;
  return { ...createDeliveries(parts), ...createMessageLog(parts.database), templates, inbox };
}
