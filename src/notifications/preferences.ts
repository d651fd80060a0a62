/** What people want to be told and how. Security is not theirs to switch off. */
import type { Database } from '#src/database/database.ts';
import { type Channel, channels, type NotificationClass } from './kinds.ts';

type ChosenClass = Exclude<NotificationClass, 'security'>;
export const chosenClasses = ['service', 'marketing'] as const satisfies readonly ChosenClass[];

export interface Preference {
  class: ChosenClass;
  channel: Channel;
  enabled: boolean;
}

export interface Preferences {
  /** Every class and channel. */
  of(userId: string): Promise<Preference[]>;
  /** Changes some of them. */
  set(userId: string, changes: readonly Preference[]): Promise<Preference[]>;
  /** Whether somebody wants a class on a channel. */
  allows(userId: string, notificationClass: NotificationClass, channel: Channel): Promise<boolean>;
}

/** Advertising by text message and mail takes the person's consent first; the rest goes on until they say otherwise. */
const byDefault = (notificationClass: ChosenClass, channel: Channel): boolean => notificationClass === 'service' || channel === 'app';

export function createPreferences({ models, transaction }: Database): Preferences {
  const { notificationPreferences } = models;

  async function of(userId: string): Promise<Preference[]> {
    const rows = await notificationPreferences.findAll({ where: { userId } });
    const chosen = (name: ChosenClass, channel: Channel) => rows.find((row) => row.class === name && row.channel === channel)?.enabled;
    return chosenClasses.flatMap((name) =>
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
    async allows(userId, notificationClass, channel) {
      if (notificationClass === 'security') return true;
      const row = await notificationPreferences.findOne({ where: { userId, class: notificationClass, channel } });
      return row?.enabled ?? byDefault(notificationClass, channel);
    },
  };
}
