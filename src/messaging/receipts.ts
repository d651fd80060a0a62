/** Takes the reports of providers about text messages and mails, and writes into the log what became of each. */
import type { Logger } from '#rooms/ports.ts';
import type { Audit } from '#src/audit/service.ts';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { sameText } from '#src/partners/same-text.ts';
import type { OutsideChannel } from './model.ts';
import { mailReports } from './mail-reports.ts';
import { type Receipt, type ReceiptReader, ReceiptRefused, receiptReader, type ReceiptRequest } from './sms/receipts.ts';

export interface Receipts {
  /** Where the provider of a channel reports to; null: no public address, or nobody sends on it. */
  address(channel: OutsideChannel): { provider: string; url: string } | null;
  /**
   * @param key part of the address
   * @returns what the provider wants to hear
   * @throws {ApiError} `not_found` for any other address, `forbidden` when the report is not the provider's
   */
  take(
    provider: string,
    key: string,
    request: Omit<ReceiptRequest, 'url'> & { ip: string; requestId: string },
  ): Promise<ReceiptReader['taken']>;
}

export interface ReceiptsParts {
  database: Database;
  vault: Pick<Vault, 'index'>;
  audit: Pick<Audit, 'security'>;
  log: Pick<Logger, 'debug'>;
  /** The providers as they are now, that of text messages with the secret of its account; null: none. */
  providers: () => { sms: { name: string; secret: string } | null; email: { name: string } | null };
  /** Address that people open; undefined: not configured, so nobody can report to it. */
  publicUrl: string | undefined;
}

interface Source {
  channel: OutsideChannel;
  name: string | undefined;
  /** Null: it reports nothing. */
  reader: ReceiptReader | null;
}

export function receiptAddress(vault: Pick<Vault, 'index'>, provider: string, publicUrl: string): string {
  return `${publicUrl.replace(/\/$/, '')}/api/v1/messages/receipts/${provider}/${keyOf(vault, provider)}`;
}

const keyOf = (vault: Pick<Vault, 'index'>, provider: string): string => vault.index('message-receipts', provider);

export function createReceipts({ database, vault, audit, log, providers, publicUrl }: ReceiptsParts): Receipts {
  const { models, transaction } = database;
  function sources(): readonly Source[] {
    const { sms, email } = providers();
    return [
      { channel: 'sms', name: sms?.name, reader: sms && receiptReader(sms.name, sms.secret) },
      { channel: 'email', name: email?.name, reader: email?.name === 'smtp' ? mailReports : null },
    ];
  }

  /** A message that is reported twice stays as it was first reported. */
  async function write(channel: OutsideChannel, name: string, { deliveryId, providerId, recipient, delivered, code }: Receipt) {
    const named = deliveryId && (await models.deliveries.findOne({ where: { id: deliveryId, channel } }));
    const row = named || (providerId && (await models.deliveries.findOne({ where: { provider: name, providerId } })));
    // Sent by another system of the same account, or to somebody else than we know of.
    if (!row || (recipient !== null && recipient !== row.recipient)) {
      log.debug({ provider: name, known: Boolean(row) }, 'report of a message that is not ours');
      return;
    }
    const state = delivered ? ('delivered' as const) : ('failed' as const);
    const values = { state, errorCode: code?.slice(0, 120) ?? null, ...(delivered && { deliveredAt: new Date(), variablesSealed: null }) };
    await transaction(() => models.deliveries.update(values, { where: { id: row.id, state: ['sent', 'unknown'] } }));
  }

  return {
    address(channel) {
      const { name, reader } = sources().find((source) => source.channel === channel) ?? {};
      return name && reader && publicUrl ? { provider: name, url: receiptAddress(vault, name, publicUrl) } : null;
    },

    async take(name, key, { ip, requestId, ...request }) {
      const { channel, reader } = sources().find((source) => source.name === name) ?? {};
      if (!channel || !reader || !publicUrl || !sameText(key, keyOf(vault, name))) throw new ApiError('not_found');
      try {
        const receipts = await reader.read({ ...request, url: receiptAddress(vault, name, publicUrl) });
        for (const receipt of receipts) await write(channel, name, receipt);
        return reader.taken;
      } catch (error) {
        if (!(error instanceof ReceiptRefused)) throw error;
        await audit.security('message_receipt_refused', { ip, requestId, details: { provider: name, reason: error.message } });
        throw new ApiError('forbidden', { cause: error });
      }
    },
  };
}
