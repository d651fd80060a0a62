/**
 * Messages on their way out. Each is a row of the log and an outbox row of its own, so that one channel's trouble is not the
 * other's. Nobody gets a message twice: before a provider is asked the row becomes `unknown`, and only a clear "not done" makes it
 * `queued` again; whatever dies in between leaves it unknown, for a person to decide.
 */
import { literal } from 'sequelize';
import { v7 as uuid } from 'uuid';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import type { Outbox } from '#src/outbox/outbox.ts';
import { PartnerError } from '#src/partners/partner-error.ts';
import { TemplateError } from './handlebars.ts';
import { type DeliveryRow, type OutsideChannel, variablesColumn } from './model.ts';
import type { Contact, Contacts, StillWanted } from './ports.ts';
import { maskedAddress } from './recipient.ts';
import type { Mailer } from './mail.ts';
import type { Renderer } from './render.ts';
import type { Senders } from './senders.ts';
import type { SmsSender } from './sms/provider.ts';
import { type MessageKind, type TemplateName, templates } from './templates/catalogue.ts';

export interface DeliveryOrder {
  notificationId: string;
  userId: string;
  channel: OutsideChannel;
  kind: MessageKind;
  template: TemplateName;
  /** Of the template, checked. */
  variables: Record<string, string | number>;
}

/** Payload of the topic `message.deliver`. */
export interface DeliverOrder {
  id: string;
  /** ISO 8601: later than this nobody needs it any more. */
  until: string;
}

export interface Deliveries {
  /** Channels that somebody sends on. */
  open(): OutsideChannel[];
  /** To be called in the transaction of what it tells. Nothing happens when the person cannot be reached on the channel. */
  queue(order: DeliveryOrder, contact: Contact): Promise<void>;
  /**
   * Does a `message.deliver` row.
   * @param attempts tries before this one
   * @throws {PartnerError} when it is to be tried again
   */
  deliver(order: DeliverOrder, attempts: number): Promise<void>;
  /** A person decides that a message which failed, or of which nobody knows, is sent again. @throws {ApiError} `not_found`, `wrong_state` */
  resend(id: string): Promise<void>;
}

export interface DeliveriesParts {
  database: Database;
  vault: Vault;
  outbox: Outbox;
  senders: Senders;
  contacts: Contacts;
  stillWanted: StillWanted;
}

/** Tries altogether; with the pauses of the outbox about half an hour. Fewer than the outbox makes: the row must say how it ended. */
const TRIES = 10;
/** Later than this nobody needs a message any more, in milliseconds: after an outage reminders of yesterday stay unsent. */
const STALE_MS = 24 * 3_600_000;

/** What a try came to. `queued`: again later. */
type Outcome = Partial<Pick<DeliveryRow, 'provider' | 'providerId' | 'errorCode' | 'sentAt' | 'variablesSealed'>> &
  Pick<DeliveryRow, 'state'>;

const failed = (errorCode: string): Outcome => ({ state: 'failed', errorCode });

export function createDeliveries(parts: DeliveriesParts): Deliveries {
  const { database, vault, outbox, senders } = parts;
  const { models, transaction } = database;
  const append = (id: string) => outbox.append('message.deliver', { id, until: new Date(Date.now() + STALE_MS).toISOString() });

  /** @returns null when it is not waiting to be sent (any more) */
  const claim = (id: string) =>
    transaction(async () => {
      const values = { state: 'unknown' as const, attempts: literal('attempts + 1') as unknown as number };
      const [claimed] = await models.deliveries.update(values, { where: { id, state: 'queued' } });
      return claimed === 0 ? null : models.deliveries.findByPk(id);
    });

  /** Guarded: a report of the provider may have come first. */
  const settle = (id: string, outcome: Outcome) =>
    transaction(() => models.deliveries.update(outcome, { where: { id, state: 'unknown' } }));

  return {
    open: senders.channels,

    async queue({ notificationId, userId, channel, kind, template, variables }, contact) {
      const recipient = maskedAddress(channel, contact);
      if (recipient === null) return;
      const id = uuid();
      const variablesSealed = variablesColumn.seal(vault, id, variables);
      const row = { id, notificationId, userId, channel, kind, template, recipient, variablesSealed, attempts: 0 };
      await transaction(async () => {
        await models.deliveries.create({ ...row, state: 'queued' });
        await append(id);
      });
    },

    async deliver({ id, until }, attempts) {
      const row = await claim(id);
      if (!row) return;
      const fault: { error?: unknown } = {};
      const outcome = await hand(parts, row, until).catch((error: unknown) => {
        fault.error = error;
        return outcomeOf(error, attempts + 1 >= TRIES);
      });
      await settle(id, outcome);
      if (outcome.state === 'queued') throw fault.error;
    },

    resend: (id) =>
      transaction(async () => {
        const row = await models.deliveries.findByPk(id);
        if (!row) throw new ApiError('not_found');
        const values = { state: 'queued' as const, errorCode: null };
        const open = { id, state: ['failed', 'unknown'] };
        const [changed] = row.variablesSealed === null ? [0] : await models.deliveries.update(values, { where: open });
        if (changed === 0) throw new ApiError('wrong_state');
        await append(id);
      }),
  };
}

/** Hands a message to its provider. @throws {PartnerError}, {TemplateError} */
async function hand({ vault, senders, contacts, stillWanted }: DeliveriesParts, row: DeliveryRow, until: string): Promise<Outcome> {
  const { id, channel, userId, template, kind, variablesSealed } = row;
  const sender = channel === 'sms' ? await senders.sms() : senders.mail();
  if (!sender) return failed('no_provider');
  if (Date.now() > Date.parse(until)) return failed('expired');
  const contact = userId === null ? null : await contacts.contactOf(userId);
  if (!contact || userId === null || maskedAddress(channel, contact) === null) return failed('no_address');
  const secure = 'security' in templates[template];
  if (!secure && kind !== 'verification' && !(await stillWanted(userId, kind, channel, template))) return failed('opted_out');
  const variables = variablesSealed === null ? {} : variablesColumn.open(vault, id, variablesSealed);
  const { provider } = sender;
  const { providerId } = await send(sender, senders.render, row, contact, variables);
  // What it was filled with is of no use any more.
  return { state: 'sent', provider, providerId: providerId.slice(0, 255), errorCode: null, sentAt: new Date(), variablesSealed: null };
}

/** Variables were checked against the template when the message was queued; its renderer checks them again. */
async function send(sender: SmsSender | Mailer, render: Renderer, { id, template }: DeliveryRow, contact: Contact, variables: object) {
  const { locale, phone = '', email = '' } = contact;
  if (!('close' in sender)) return sender.send({ phone, locale, template, variables: variables as never });
  const { title, text, html, link } = render.message(template, locale, variables as never);
  return sender.send({ to: email, subject: title, text: link ? `${text}\n\n${link}` : text, html, id });
}

function outcomeOf(error: unknown, last: boolean): Outcome {
  if (error instanceof TemplateError) return failed('template');
  // The database, for example: nothing was sent, since senders throw errors of partners.
  if (!(error instanceof PartnerError)) return { state: last ? 'failed' : 'queued', errorCode: 'internal' };
  const { fault, reason, maybeDone, partner: provider } = error;
  const errorCode = reason.slice(0, 120);
  if (maybeDone) return { state: 'unknown', errorCode, provider };
  if (fault === 'refused' || last) return { state: 'failed', errorCode, provider };
  return { state: 'queued', errorCode, provider };
}
