/** The senders of the accounts that the clinic has at the moment, with the words that they send. */
import type { Config } from '#config/index.ts';
import type { Logger } from 'pino';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { createBreaker } from '#src/partners/breaker.ts';
import { PartnerError } from '#src/partners/partner-error.ts';
import type { PartnerAccount } from '#src/settings/partner-catalogue.ts';
import type { PartnerAccounts } from '#src/settings/partners.ts';
import type { Settings } from '#src/settings/service.ts';
import type { Signals } from '#src/signals/signals.ts';
import { createDemoInbox, type DemoInbox } from './demo-inbox.ts';
import { createMailer, type Mailer } from './mail.ts';
import type { OutsideChannel } from './model.ts';
import { receiptAddress } from './receipts.ts';
import { createRenderer, type Renderer } from './render.ts';
import { openSmsProvider, type SmsProviderOptions } from './sms/open.ts';
import { createSmsSender, type SmsProvider, type SmsSender } from './sms/provider.ts';
import { createTemplateStore, type TemplateStore } from './template-store.ts';

type MailSender = Mailer & { readonly provider: string };

export interface Senders {
  readonly render: Renderer;
  readonly templates: TemplateStore;
  /**
   * For one message: the next one may go out by another account. Null: nobody sends text messages for this clinic.
   * @throws {PartnerError} `unavailable` when the provider's library wants nothing of the account
   */
  sms(): Promise<SmsSender | null>;
  /** For one message, as `sms`. */
  mail(): MailSender | null;
  /** Channels that a message can go out on now. */
  channels(): OutsideChannel[];
  /** Where messages are kept while a channel has no account, instead of being sent; null in production, and when both had one at the start. */
  readonly inbox: DemoInbox | null;
  close(): void;
}

interface SendersParts {
  config: Config;
  database: Database;
  vault: Pick<Vault, 'index'>;
  signals: Signals;
  settings: Pick<Settings, 'get'>;
  partners: Pick<PartnerAccounts, 'get'>;
  log: Logger;
}

/** Reads the stored texts, hence the promise. */
export async function openSenders({ config, database, vault, signals, settings, partners, log }: SendersParts): Promise<Senders> {
  const templates = await createTemplateStore(database, signals);
  const { words, codes } = templates;
  const render = createRenderer({ zone: () => settings.get('clinic.zone'), clinic: () => settings.get('clinic.name'), words });
  const complete = partners.get('sms') !== null && partners.get('mail') !== null;
  const inbox = config.NODE_ENV === 'production' || complete ? null : createDemoInbox(log);

  function smsSender(provider: SmsProvider): SmsSender {
    const breaker = createBreaker({ name: provider.name, log });
    return createSmsSender({ provider, render, templateIds: () => codes(provider.name), breaker });
  }
  const demoSms = inbox && smsSender(inbox.sms);
  const demoMail = inbox && { ...inbox.mail, provider: 'demo' };
  const smsOf = keptFor((account: PartnerAccount<'sms'>) =>
    openSmsProvider(smsOptions(account, config, vault)).then(smsSender, (): never => {
      // Its message could quote a key.
      throw new PartnerError(`sms-${account.provider}`, 'unavailable', { reason: 'bad_account' });
    }),
  );
  const mailers = new Set<Mailer>();
  const mailOf = keptFor((account: PartnerAccount<'mail'>): MailSender => {
    for (const old of mailers) closeLater(old, mailers);
    const mailer = createMailer({ ...mailOptions(account), reports: config.SMTP_REPORTS ?? false }, createBreaker({ name: 'smtp', log }));
    mailers.add(mailer);
    return { ...mailer, provider: 'smtp' };
  });

  return {
    render,
    templates,
    inbox,
    async sms() {
      const account = partners.get('sms');
      return account ? smsOf(account) : demoSms;
    },
    mail() {
      const account = partners.get('mail');
      return account ? mailOf(account) : demoMail;
    },
    channels: () => [
      ...(inbox || partners.get('sms') ? ['sms' as const] : []),
      ...(inbox || partners.get('mail') ? ['email' as const] : []),
    ],
    close() {
      for (const mailer of mailers) mailer.close();
    },
  };
}

/** What is made of an account, once for as long as it is in force. Accounts stay the same objects until they change. */
function keptFor<A extends object, T>(make: (account: A) => T): (account: A) => T {
  let kept: { account: A; made: T } | undefined;
  return (account) => {
    if (kept?.account !== account) kept = { account, made: make(account) };
    return kept.made;
  };
}

/** Longer than one mail takes, in milliseconds. */
const LAST_MAIL_MS = 30_000;

/** Mails that are on their way with the old account get there. */
function closeLater(mailer: Mailer, all: Set<Mailer>): void {
  setTimeout(() => {
    mailer.close();
    all.delete(mailer);
  }, LAST_MAIL_MS).unref();
}

const mailOptions = ({ url, user, password, from }: PartnerAccount<'mail'>) => ({
  ...{ url, from },
  ...(user !== undefined && password !== undefined && { login: { user, password } }),
});

function smsOptions(account: PartnerAccount<'sms'>, { PUBLIC_URL }: Config, vault: Pick<Vault, 'index'>): SmsProviderOptions {
  const { key, secret, signature, url } = account;
  const base = url ? { baseUrl: url } : {};
  switch (account.provider) {
    case 'aliyun':
      return { provider: 'aliyun', accessKeyId: key, accessKeySecret: secret, signName: signature, ...base };
    case 'tencent':
      return { provider: 'tencent', secretId: key, secretKey: secret, sdkAppId: account.appId, signName: signature, ...base };
    case 'twilio':
      return {
        ...{ provider: 'twilio', accountSid: key, authToken: secret, from: account.from, signature, ...base },
        ...(PUBLIC_URL && { statusCallback: receiptAddress(vault, 'sms-twilio', PUBLIC_URL) }),
      };
  }
}
