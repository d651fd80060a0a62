/** What somebody's first page shows, in one answer (PRF-08). Everything in it can be asked for alone as well. */
import type { z } from 'zod';
import type { Chat } from '#src/chat/service.ts';
import type { Consultations } from '#src/consultations/service.ts';
import type { Menus } from '#src/menus/service.ts';
import type { Notifications } from '#src/notifications/service.ts';
import type { Permission } from '#src/permissions/catalogue.ts';
import type { Caller } from '#src/plugins/policy.ts';
import type { Settings } from '#src/settings/service.ts';
import type * as schemas from './schemas.ts';

interface HomeParts {
  settings: Pick<Settings, 'get'>;
  menus: Pick<Menus, 'mine'>;
  notifications: Pick<Notifications, 'unread'>;
  chat: Pick<Chat, 'unread'>;
  consultations: Pick<Consultations, 'list'>;
}

export interface Home {
  /** Whoever may not see visits has none. */
  of(caller: Caller): Promise<z.infer<typeof schemas.home>>;
}

const PAGE = { page: 1, pageSize: 20, sort: 'scheduledStart' } as const;

export function createHome({ settings, menus, notifications, chat, consultations }: HomeParts): Home {
  async function visitsOf({ userId, can }: Caller) {
    if (!can('consultations:read')) {
      return { messages: 0, running: [], next: { items: [], pagination: { page: PAGE.page, pageSize: PAGE.pageSize, total: 0 } } };
    }
    const [{ total }, running, next] = await Promise.all([
      chat.unread(userId),
      consultations.list(userId, { ...PAGE, status: 'active' }),
      consultations.list(userId, { ...PAGE, status: 'scheduled' }),
    ]);
    return { messages: total, running: running.items, next };
  }
  return {
    async of(caller) {
      const [menu, notices, { messages, ...visits }] = await Promise.all([
        menus.mine((permission) => caller.can(permission as Permission)),
        notifications.unread(caller.userId),
        visitsOf(caller),
      ]);
      const clinic = { name: settings.get('clinic.name'), zone: settings.get('clinic.zone') };
      return { clinic, menu, unread: { notices, messages }, visits };
    },
  };
}
