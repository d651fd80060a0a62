/** Tells people about the safety of their account, whatever they have switched off. */
import type { Audit } from '#src/audit/service.ts';
import type { Database } from '#src/database/database.ts';
import type { Notifications } from '#src/notifications/service.ts';
import type { Outbox } from '#src/outbox/outbox.ts';
import type { SecurityNotices } from './ports.ts';

/** Where the own sessions and the password are. */
const SAFETY = '/account?view=security';

export interface NoticesParts {
  database: Pick<Database, 'models'>;
  outbox: Pick<Outbox, 'append'>;
  notifications: Pick<Notifications, 'describe'>;
  audit: Pick<Audit, 'security'>;
}

export function securityNotices({ database: { models }, outbox, notifications, audit }: NoticesParts): SecurityNotices {
  notifications.describe('session', async (id) => {
    const session = await models.sessions.findByPk(id);
    if (!session) return null;
    return {
      device: session.deviceName ?? session.clientType,
      address: session.ip ?? '?',
      at: session.createdAt.toISOString(),
      path: SAFETY,
    };
  });
  notifications.describe('user', async (id) => {
    const user = await models.users.findByPk(id);
    // Opened again meanwhile: nothing to be told any more.
    return user?.lockedUntil ? { at: user.lockedUntil.toISOString(), path: SAFETY } : null;
  });

  const tell = outbox.append;
  return {
    newDevice: (userId, sessionId) =>
      tell('notification.send', { userId, kind: 'session.new_device', subjectType: 'session', subjectId: sessionId }),
    suspicious: audit.security,
    locked: (userId) => tell('notification.send', { userId, kind: 'account.locked', subjectType: 'user', subjectId: userId }),
  };
}
