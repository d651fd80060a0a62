/** The senders that the configuration asks for, with the words that they send. */
import type { Config } from '#config/index.ts';
import type { Logger } from 'pino';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { createBreaker } from '#src/partners/breaker.ts';
import type { Settings } from '#src/settings/service.ts';
import type { Signals } from '#src/signals/signals.ts';
import { createDemoInbox, type DemoInbox } from './demo-inbox.ts';
import { createMailer, type Mailer } from './mail.ts';
import { receiptAddress } from './receipts.ts';
import { createRenderer, type Renderer } from './render.ts';
import { openSmsProvider, type SmsProviderOptions } from './sms/open.ts';
import { createSmsSender, type SmsProvider, type SmsSender } from './sms/provider.ts';
import { createTemplateStore, type TemplateStore } from './template-store.ts';

export interface Senders {
  readonly render: Renderer;
  readonly templates: TemplateStore;
  /** Null: nobody sends text messages for this clinic. */
  readonly sms: SmsSender | null;
  readonly mail: (Mailer & { readonly provider: string }) | null;
  /** Where messages are kept instead of being sent; null in production and when a provider is configured for both channels. */
  readonly inbox: DemoInbox | null;
  close(): void;
}

interface SendersParts {
  config: Config;
  database: Database;
  vault: Pick<Vault, 'index'>;
  signals: Signals;
  settings: Pick<Settings, 'get'>;
  log: Logger;
}

/** Loads the library of the provider and the stored texts, hence the promise. */
export async function openSenders({ config, database, vault, signals, settings, log }: SendersParts): Promise<Senders> {
  const templates = await createTemplateStore(database, signals);
  const { words, codes } = templates;
  const render = createRenderer({ zone: () => settings.get('clinic.zone'), clinic: () => settings.get('clinic.name'), words });
  const options = smsOptions(config, vault);
  const complete = options !== null && config.SMTP_URL !== undefined;
  const inbox = config.NODE_ENV === 'production' || complete ? null : createDemoInbox(log);

  function smsSender(provider: SmsProvider): SmsSender {
    const breaker = createBreaker({ name: provider.name, log });
    return createSmsSender({ provider, render, templateIds: () => codes(provider.name), breaker });
  }
  const smsProvider = options ? await openSmsProvider(options) : inbox?.sms;
  const { SMTP_URL: url, SMTP_FROM: from = '', SMTP_REPORTS: reports = false } = config;
  const smtp = url ? { ...createMailer({ url, from, reports }, createBreaker({ name: 'smtp', log })), provider: 'smtp' } : null;
  const mail = smtp ?? (inbox && { ...inbox.mail, provider: 'demo' });

  return {
    render,
    templates,
    sms: smsProvider ? smsSender(smsProvider) : null,
    mail,
    inbox,
    close: () => mail?.close(),
  };
}

/** @returns null when no provider is named; `config/` has checked that the rest is there then */
function smsOptions(config: Config, vault: Pick<Vault, 'index'>): SmsProviderOptions | null {
  const { SMS_PROVIDER, SMS_KEY = '', SMS_SECRET = '', SMS_SIGNATURE = '', SMS_APP_ID = '', SMS_FROM = '', SMS_URL, PUBLIC_URL } = config;
  const base = SMS_URL ? { baseUrl: SMS_URL } : {};
  switch (SMS_PROVIDER) {
    case undefined:
      return null;
    case 'aliyun':
      return { provider: 'aliyun', accessKeyId: SMS_KEY, accessKeySecret: SMS_SECRET, signName: SMS_SIGNATURE, ...base };
    case 'tencent':
      return { provider: 'tencent', secretId: SMS_KEY, secretKey: SMS_SECRET, sdkAppId: SMS_APP_ID, signName: SMS_SIGNATURE, ...base };
    case 'twilio':
      return {
        ...{ provider: 'twilio', accountSid: SMS_KEY, authToken: SMS_SECRET, from: SMS_FROM, signature: SMS_SIGNATURE, ...base },
        ...(PUBLIC_URL && { statusCallback: receiptAddress(vault, 'sms-twilio', PUBLIC_URL) }),
      };
  }
}
