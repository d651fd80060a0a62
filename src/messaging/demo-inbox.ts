/**
 * Where messages go while no provider is configured, outside production: into memory and the log, so that newcomers can read the
 * code they asked for without a phone.
 */
import { v7 as uuid } from 'uuid';
import type { Logger } from '#rooms/ports.ts';
import { maskEmail } from '#src/crypto/masks.ts';
import type { Mailer } from './mail.ts';
import type { OutsideChannel } from './model.ts';
import { maskedPhone } from './recipient.ts';
import type { SmsProvider } from './sms/provider.ts';

export interface DemoMessage {
  id: string;
  channel: OutsideChannel;
  /** Phone or address. */
  to: string;
  /** Of a mail. */
  subject: string | null;
  text: string;
  at: Date;
}

export interface DemoInbox {
  /** Newest first. */
  all(): readonly DemoMessage[];
  readonly sms: SmsProvider;
  readonly mail: Mailer;
}

/** Messages kept; a demo may run for weeks. */
const KEPT = 200;

export function createDemoInbox(log: Logger): DemoInbox {
  const messages: DemoMessage[] = [];

  function keep(message: Omit<DemoMessage, 'id' | 'at'>): string {
    const id = uuid();
    messages.unshift({ id, ...message, at: new Date() });
    messages.length = Math.min(messages.length, KEPT);
    const to = message.channel === 'sms' ? maskedPhone(message.to) : maskEmail(message.to);
    log.info({ channel: message.channel, to }, `demo, nothing is sent: ${message.text}`);
    return id;
  }
  return {
    all: () => messages,
    sms: {
      name: 'demo',
      needsTemplates: false,
      deliver: async ({ phone, text }) => keep({ channel: 'sms', to: phone, subject: null, text }),
    },
    mail: {
      send: async ({ to, subject, text }) => ({ providerId: keep({ channel: 'email', to, subject, text }) }),
      close: () => undefined,
    },
  };
}
