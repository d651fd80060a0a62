/** Verification codes by text message: sent while the caller waits, and logged like every other message, without the code. */
import { v7 as uuid } from 'uuid';
import type { Database } from '#src/database/database.ts';
import { PartnerError } from '#src/partners/partner-error.ts';
import { maskedPhone } from './recipient.ts';
import type { Senders } from './senders.ts';
import type { Locale } from './templates/catalogue.ts';

export interface CodeSender {
  /**
   * @param phone E.164
   * @throws {PartnerError} when it could not be sent, or nobody knows
   */
  send(message: { phone: string; code: string; locale: Locale }): Promise<void>;
}

/** @param minutes that a code is good for */
export function createCodeSender({ models, transaction }: Database, senders: Pick<Senders, 'sms'>, minutes: number): CodeSender {
  return {
    async send({ phone, code, locale }) {
      const id = uuid();
      const none = new PartnerError('sms', 'unavailable', { reason: 'no_provider' });
      const opened = await senders.sms().catch((error: unknown) => (error instanceof PartnerError ? error : none));
      const sms = opened instanceof PartnerError ? null : opened;
      const about = { notificationId: null, userId: null, channel: 'sms', kind: 'verification', template: 'verification_code' } as const;
      const row = { id, ...about, recipient: maskedPhone(phone), variablesSealed: null, provider: sms?.provider ?? null, attempts: 1 };
      // Should this process die now, nobody knows what became of it.
      await transaction(() => models.deliveries.create({ ...row, state: 'unknown' }));
      const settle = (values: object) => transaction(() => models.deliveries.update(values, { where: { id, state: 'unknown' } }));
      try {
        if (!sms) throw opened instanceof PartnerError ? opened : none;
        const { providerId } = await sms.send({ phone, locale, template: 'verification_code', variables: { code, minutes } });
        await settle({ state: 'sent', providerId: providerId.slice(0, 255), sentAt: new Date() });
      } catch (error) {
        const reason = error instanceof PartnerError ? error.reason : 'internal';
        const known = !(error instanceof PartnerError && error.maybeDone);
        await settle({ errorCode: reason.slice(0, 120), ...(known && { state: 'failed' }) });
        throw error;
      }
    },
  };
}
