/** What people want to be told and how. Security is not theirs to switch off. */
import type { Database } from '#src/database/database.ts';
import { type Channel, channels, type NotificationClass, notificationTypes, type NotificationType } from './kinds.ts';

type ChosenClass = Exclude<NotificationClass, 'security'>;
export const chosenClasses = ['service', 'marketing'] as const satisfies readonly ChosenClass[];

export interface Preference {
  /** A class, or a type: a part of `service`, which is told while both are on. */
  class: ChosenClass | NotificationType;
  channel: Channel;
  enabled: boolean;
}

export interface Preferences {
  /** Every class and type on every channel. */
  of(userId: string): Promise<Preference[]>;
  /** Changes some of them. */
  set(userId: string, changes: readonly Preference[]): Promise<Preference[]>;
  /** Whether somebody wants a class on a channel, and of it a type. */
  allows(userId: string, notificationClass: NotificationClass, channel: Channel, type: NotificationType | null): Promise<boolean>;
}

/** Advertising by text message and mail takes the person's consent first; the rest goes on until they say otherwise. */
const byDefault = (name: Preference['class'], channel: Channel): boolean => name !== 'marketing' || channel === 'app';

export function createPreferences({ models, transaction }: Database): Preferences {
  const { notificationPreferences } = models;

  async function of(userId: string): Promise<Preference[]> {
    const rows = await notificationPreferences.findAll({ where: { userId } });
    const chosen = (name: Preference['class'], channel: Channel) =>
      rows.find((row) => row.class === name && row.channel === channel)?.enabled;
    return [...chosenClasses, ...notificationTypes].flatMap((name) =>
      channels.map((channel) => ({ class: name, channel, enabled: chosen(name, channel) ?? byDefault(name, channel) })),
    );
  }

  return {
    of,
    set: (userId, changes) =>
      transaction(async () => {
        for (const change of changes) await notificationPreferences.upsert({ userId, ...change });
        return of(userId);
      }),
    async allows(userId, notificationClass, channel, type) {
      if (notificationClass === 'security') return true;
      const asked = [notificationClass, ...(type ? [type] : [])];
      const rows = await notificationPreferences.findAll({ where: { userId, class: asked, channel } });
      return asked.every((name) => rows.find((row) => row.class === name)?.enabled ?? byDefault(name, channel));
    },
  };
}
