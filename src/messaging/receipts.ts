/** Takes the reports of providers about text messages, and writes into the log what became of each. */
import type { Logger } from '#rooms/ports.ts';
import type { Audit } from '#src/audit/service.ts';
import type { Vault } from '#src/crypto/vault.ts';
import type { Database } from '#src/database/database.ts';
import { ApiError } from '#src/errors.ts';
import { sameText } from '#src/partners/same-text.ts';
import { maskedPhone } from './recipient.ts';
import { type Receipt, type ReceiptReader, ReceiptRefused, receiptReader, type ReceiptRequest } from './sms/receipts.ts';

export interface Receipts {
  /** Where the configured provider reports to; null: no public address, or nobody sends text messages. */
  address(): { provider: string; url: string } | null;
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
  /** The configured provider and the secret of its account; null: none. */
  provider: { name: string; secret: string } | null;
  /** Address that people open; undefined: not configured, so nobody can report to it. */
  publicUrl: string | undefined;
}

export function receiptAddress(vault: Pick<Vault, 'index'>, provider: string, publicUrl: string): string {
  return `${publicUrl.replace(/\/$/, '')}/api/v1/messages/receipts/${provider}/${keyOf(vault, provider)}`;
}

const keyOf = (vault: Pick<Vault, 'index'>, provider: string): string => vault.index('message-receipts', provider);

export function createReceipts({ database, vault, audit, log, provider, publicUrl }: ReceiptsParts): Receipts {
  const reader = provider && receiptReader(provider.name, provider.secret);
  const { models, transaction } = database;

  /** A message that is reported twice stays as it was first reported. */
  async function write(name: string, { providerId, phone, delivered, code }: Receipt): Promise<void> {
    const row = await models.deliveries.findOne({ where: { provider: name, providerId } });
    // Sent by another system of the same account, or to somebody else than we know of.
    if (!row || (phone !== null && maskedPhone(withCountry(phone)) !== row.recipient)) {
      log.debug({ provider: name, known: Boolean(row) }, 'report of a message that is not ours');
      return;
    }
    const state = delivered ? ('delivered' as const) : ('failed' as const);
    const values = { state, errorCode: code?.slice(0, 120) ?? null, ...(delivered && { deliveredAt: new Date() }) };
    await transaction(() => models.deliveries.update(values, { where: { id: row.id, state: ['sent', 'unknown'] } }));
  }

  return {
    address: () =>
      provider && reader && publicUrl ? { provider: provider.name, url: receiptAddress(vault, provider.name, publicUrl) } : null,

    async take(name, key, { ip, requestId, ...request }) {
      if (!provider || !reader || !publicUrl || name !== provider.name || !sameText(key, keyOf(vault, name)))
        throw new ApiError('not_found');
      try {
        const receipts = await reader.read({ ...request, url: receiptAddress(vault, name, publicUrl) });
        for (const receipt of receipts) await write(name, receipt);
        return reader.taken;
      } catch (error) {
        if (!(error instanceof ReceiptRefused)) throw error;
        await audit.security('message_receipt_refused', { ip, requestId, details: { provider: name, reason: error.message } });
        throw new ApiError('forbidden', { cause: error });
      }
    },
  };
}

/** Aliyun writes numbers of the mainland without their country, others without the plus. */
const withCountry = (phone: string): string => (phone.startsWith('+') ? phone : /^1\d{10}$/.test(phone) ? `+86${phone}` : `+${phone}`);
