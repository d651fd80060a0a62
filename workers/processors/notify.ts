/** Tells somebody of something: once, since it is one transaction with its row. */
import type { Notifications } from '#src/notifications/service.ts';
import { inTransaction } from '../processor.ts';

export const notifyProcessor = (notifications: Notifications) =>
  inTransaction<'notification.send'>(async ({ id, payload }) => void (await notifications.send(id, payload)));
