/** Hands a text message or a mail to its provider. Its own row says whether that was done: a second run does nothing. */
import type { Messaging } from '#src/messaging/service.ts';
import { outside } from '../processor.ts';

export const deliverProcessor = (messaging: Messaging) =>
  outside<'message.deliver'>(({ payload, attempts }) => messaging.deliver(payload, attempts));
