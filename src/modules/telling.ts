/** Notifications, announcements, and the messages that leave the house. */
import { announcementRoutes } from '../announcements/routes.ts';
import { createAnnouncements } from '../announcements/service.ts';
import type { Foundation } from '../foundation.ts';
import type { Contacts } from '../messaging/ports.ts';
import { createPeriodLog } from '../messaging/period-log.ts';
import { messagePeriodRoutes, receiptRoutes } from '../messaging/receipt-routes.ts';
import { createReceipts } from '../messaging/receipts.ts';
import { messageRoutes } from '../messaging/routes.ts';
import { createMessaging } from '../messaging/service.ts';
import { typeOfTemplate } from '../notifications/kinds.ts';
import { createPreferences } from '../notifications/preferences.ts';
import { notificationRoutes } from '../notifications/routes.ts';
import { createNotifications } from '../notifications/service.ts';
import type { Surroundings } from './surroundings.ts';

/** Notifications, and the messages that leave the house. */
export function createTelling(foundation: Foundation, { pages, publicUrl }: Surroundings, contacts: Contacts) {
  const { database, vault, outbox, senders, config } = foundation;
  const { render } = senders;
  const preferences = createPreferences(database);
  const stillWanted = (userId: string, kind: 'notification' | 'marketing', channel: 'sms' | 'email', template: string) =>
    kind === 'marketing'
      ? preferences.allows(userId, 'marketing', channel, null)
      : preferences.allows(userId, 'service', channel, typeOfTemplate(template));
  const messaging = createMessaging({ database, vault, outbox, senders, contacts, stillWanted });
  const notifications = createNotifications({ database, vault, render, deliveries: messaging, contacts, preferences, pages, publicUrl });
  const announcements = createAnnouncements({ database, outbox, notifications, messaging });
  const providers = () => {
    const [sms, mail] = [foundation.partners.get('sms'), senders.mail()];
    return { sms: sms && { name: `sms-${sms.provider}`, secret: sms.secret }, email: mail && { name: mail.provider } };
  };
  const receipts = createReceipts({ ...foundation, providers, publicUrl: config.PUBLIC_URL });
  const routes = [
    notificationRoutes(notifications),
    messageRoutes(messaging),
    receiptRoutes(receipts),
    messagePeriodRoutes(createPeriodLog(database, foundation.settings)),
    announcementRoutes(announcements),
  ];
  return { messaging, notifications, announcements, routes };
}
