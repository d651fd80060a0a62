/** Tells people what concerns them: in the page, by text message, by mail. */
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import type { Deliveries } from '#src/messaging/deliveries.ts';
import type { OutsideChannel } from '#src/messaging/model.ts';
import type { Contacts } from '#src/messaging/ports.ts';
import type { Renderer } from '#src/messaging/render.ts';
import {
  type Channel,
  type NotificationClass,
  type NotificationKind,
  notificationKinds,
  type NotificationOrder,
  type NotificationType,
} from './kinds.ts';
import { createNotificationList, type NotificationList } from './list.ts';
import { contentColumn, type NotificationRow } from './model.ts';
import type { OpenPages } from './ports.ts';
import type { Preferences } from './preferences.ts';
import { createNotificationStore } from './store.ts';
import { createSubjects, type Subjects } from './subjects.ts';
import { eventOf, type NotificationContent, wordsOf } from './words.ts';

export interface Notifications extends NotificationList {
  /**
   * Says what there is to tell about a type of subject. Modules call it while they are built; whoever changes something then appends
   * `outbox.append('notification.send', { userId, kind, subjectType, subjectId })` in the transaction of the change.
   */
  readonly describe: Subjects['describe'];
  /**
   * Does a `notification.send` row, in the transaction that marks it done.
   * @param id of the row
   * @param channels outside the page; default: those of the kind
   * @returns whether somebody was told
   * @throws {TemplateError} the reader's answer does not fill the template
   */
  send(id: string, order: NotificationOrder, channels?: readonly OutsideChannel[]): Promise<boolean>;
  readonly preferences: Preferences;
}

export interface NotificationsParts {
  database: Database;
  vault: Vault;
  render: Renderer;
  deliveries: Pick<Deliveries, 'open' | 'queue'>;
  contacts: Contacts;
  preferences: Preferences;
  pages: OpenPages;
  /** Address that people open, without a slash at the end. */
  publicUrl: () => string;
}

const kindOf = (name: NotificationClass): 'marketing' | 'notification' => (name === 'marketing' ? 'marketing' : 'notification');

export function createNotifications(parts: NotificationsParts): Notifications {
  const { database, vault, render, deliveries, contacts, preferences, pages, publicUrl } = parts;
  const subjects = createSubjects();
  const store = createNotificationStore(database);
  const list = createNotificationList(database, store, vault, pages);

  /** Shows it in the pages that are open, once it is certain. */
  async function push(row: NotificationRow, content: NotificationContent): Promise<void> {
    const payload = eventOf(row, content, await list.unread(row.userId));
    database.afterCommit(() => pages.notify(row.userId, 'notification:new', payload));
  }

  async function wanted(userId: string, kind: NotificationKind, channels: readonly Channel[]): Promise<Channel[]> {
    const { class: name, type = null }: { class: NotificationClass; type?: NotificationType | null } = notificationKinds[kind];
    const allowed = await Promise.all(channels.map((channel) => preferences.allows(userId, name, channel, type)));
    return channels.filter((_, index) => allowed[index]);
  }

  return {
    ...list,
    describe: subjects.describe,
    preferences,

    async send(id, { userId, kind, subjectType, subjectId }, channels = notificationKinds[kind].channels) {
      const { class: name, template } = notificationKinds[kind];
      const contact = await contacts.contactOf(userId);
      if (!contact) return false;
      const facts = await subjects.read(subjectType, subjectId, { kind, userId });
      if (!facts) return false;
      const { variables, content } = wordsOf(render, template, facts, publicUrl());
      const open: readonly Channel[] = deliveries.open();
      const chosen = await wanted(userId, kind, ['app', ...channels.filter((channel) => open.includes(channel))]);
      const shown = chosen.includes('app');
      const row = await store.add(userId, {
        ...{ id, kind, class: name, subjectType, subjectId, shown },
        contentSealed: contentColumn.seal(vault, id, content),
      });
      if (shown) await push(row, content);
      for (const channel of chosen) {
        if (channel !== 'app')
          await deliveries.queue(
            { notificationId: id, userId, channel, kind: kindOf(name), template, variables: variables(contact.locale) },
            contact,
          );
      }
      return true;
    },
  };
}
