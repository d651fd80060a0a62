/** Tells people about the safety of their account, whatever they have switched off. */
import type { Database } from '#src/database/database.ts';
import type { Notifications } from '#src/notifications/service.ts';
import type { Outbox } from '#src/outbox/outbox.ts';
import type { SecurityNotices } from './ports.ts';

export function securityNotices(
  { models }: Pick<Database, 'models'>,
  outbox: Pick<Outbox, 'append'>,
  notifications: Notifications,
): SecurityNotices {
  notifications.describe('session', async (id) => {
    const session = await models.sessions.findByPk(id);
    if (!session) return null;
    return { device: session.deviceName ?? session.clientType, address: session.ip ?? '?', at: session.createdAt.toISOString() };
  });
  notifications.describe('user', async (id) => {
    const user = await models.users.findByPk(id);
    // Opened again meanwhile: nothing to be told any more.
    return user?.lockedUntil ? { at: user.lockedUntil.toISOString() } : null;
  });

  const tell = outbox.append;
  return {
    newDevice: (userId, sessionId) =>
      tell('notification.send', { userId, kind: 'session.new_device', subjectType: 'session', subjectId: sessionId }),
    locked: (userId) => tell('notification.send', { userId, kind: 'account.locked', subjectType: 'user', subjectId: userId }),
  };
}
