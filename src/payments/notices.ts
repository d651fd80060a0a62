/**
 * Takes the notices of partners (reliability rule 8): the gateway checks time, key, signature, application and merchant over the raw
 * bytes; then number, amount and currency; then the unique event, its effect, the answer. Whatever goes wrong is answered with the
 * partner's own "no", after which it sends the notice again.
 */
import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from 'pino';
import type { Audit } from '#src/audit/service.ts';
import { ApiError } from '#src/errors.ts';
import { PartnerError } from '#src/partners/partner-error.ts';
import type { MoneyAlerts } from './alerts.ts';
import { alertOf, type PaymentEvents, RepeatedNotice, UnfitNotice } from './events.ts';
import type { Channel, NoticeAnswer, PaymentGateway } from './gateways/gateway.ts';
import { NoticeRefused, type RefundNotice } from './gateways/notice.ts';
import type { Gateways } from './gateway-registry.ts';
import type { Settlement } from './settlement.ts';

export interface Delivery {
  /** As the bytes came. */
  body: Buffer;
  headers: IncomingHttpHeaders;
  ip: string;
  requestId: string;
}

export interface Notices {
  /** @returns to be sent as it is @throws {ApiError} `not_found`: this channel is not configured */
  take(channel: Channel, delivery: Delivery): Promise<NoticeAnswer>;
}

export interface NoticesParts {
  gateways: Pick<Gateways, 'of'>;
  events: PaymentEvents;
  settlement: Pick<Settlement, 'told'>;
  refunds: { told(channel: Channel, notice: RefundNotice, recorded: () => Promise<void>): Promise<void> };
  audit: Pick<Audit, 'security'>;
  alerts: Pick<MoneyAlerts, 'raise'>;
  log: Logger;
}

export function createNotices({ gateways, events, settlement, refunds, audit, alerts, log }: NoticesParts): Notices {
  async function apply(gateway: PaymentGateway, { body, headers }: Delivery): Promise<void> {
    const { channel } = gateway;
    const notice = await gateway.parseNotification(body, headers);
    // Saves most repeats a transaction; the unique key decides about the others.
    if (await events.isKnown(channel, notice.eventId)) return;
    const recorded = () => events.record(channel, notice);
    await (notice.kind === 'payment' ? settlement.told(channel, notice, recorded) : refunds.told(channel, notice, recorded));
  }

  async function report(channel: Channel, reason: string, { ip, requestId }: Delivery): Promise<void> {
    log.warn({ channel, reason, requestId }, 'payment notice refused');
    // Partners test with signatures that have to be refused.
    if (reason !== 'probe') await audit.security('payment.notice_refused', { ip, requestId, details: { channel, reason } });
  }

  return {
    async take(channel, delivery) {
      const opened = await gateways.of(channel);
      if (!opened) throw new ApiError('not_found');
      const { gateway } = opened;
      try {
        await apply(gateway, delivery);
        return gateway.answer(true);
      } catch (error) {
        if (error instanceof RepeatedNotice) return gateway.answer(true);
        if (error instanceof UnfitNotice) await alertOf(alerts, error);
        if (error instanceof NoticeRefused || error instanceof UnfitNotice) await report(channel, error.reason, delivery);
        else if (error instanceof PartnerError) log.warn({ channel, err: error }, 'payment notice waits for a query');
        else log.error({ channel, err: error, requestId: delivery.requestId }, 'payment notice not processed');
        return gateway.answer(false);
      }
    },
  };
}
