/** What sending messages needs of other modules. */
import type { Locale } from './templates/catalogue.ts';

/** How somebody is reached, in clear; for senders only. */
export interface Contact {
  name: string;
  /** E.164 */
  phone?: string;
  email?: string;
  locale: Locale;
}

export interface Contacts {
  /** Null: there is nobody with this id. */
  contactOf(userId: string): Promise<Contact | null>;
}

/** Whether somebody wants a message still, asked just before it goes out. */
export type StillWanted = (
  userId: string,
  kind: 'notification' | 'marketing',
  channel: 'sms' | 'email',
  template: string,
) => Promise<boolean>;
