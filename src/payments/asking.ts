/** Talks to partners about attempts that are stored, and lets what they say have its effect (ORD-15). */
import { Op } from 'sequelize';
import type { Logger } from 'pino';
import type { Database } from '#src/database/database.ts';
import { PartnerError } from '#src/partners/partner-error.ts';
import type { Settings } from '#src/settings/service.ts';
import type { MoneyAlerts } from './alerts.ts';
import { alertOf, UnfitNotice } from './events.ts';
import { faultOf, type NewPayment, type PaymentGateway, type PaymentStatus } from './gateways/gateway.ts';
import { closePayment, createPayment } from './gateways/settle.ts';
import { gatewayOf, type Gateways } from './gateway-registry.ts';
import { openStates, type PaymentRow } from './model.ts';
import type { Payers } from './ports.ts';
import type { Settlement } from './settlement.ts';

export interface Asking {
  /** Brings a `created` attempt to its partner. Several at once make one payment. A partner that is away leaves it as it is. */
  open(id: string): Promise<void>;
  /** What the partner says now, with its effect. @throws {PartnerError} */
  check(payment: PaymentRow): Promise<PaymentStatus>;
  /** Asks the partner to take no money any more. @throws {PartnerError} @returns what became of it, with its effect */
  stop(payment: PaymentRow): Promise<PaymentStatus>;
  /** Whether it is this caller's turn to ask for the payer: not more often than every two seconds. */
  mayAsk(payment: PaymentRow): Promise<boolean>;
}

export interface AskingParts {
  database: Database;
  gateways: Pick<Gateways, 'of'>;
  settlement: Settlement;
  alerts: Pick<MoneyAlerts, 'raise'>;
  payers: Payers;
  settings: Pick<Settings, 'get'>;
  /** Address that people and partners open, without a slash at the end. */
  publicUrl: () => string;
  log: Logger;
}

const ASK_AGAIN_MS = 2_000;

export const isOpen = ({ state }: Pick<PaymentRow, 'state'>): boolean => (openStates as readonly string[]).includes(state);

export const noticeUrl = (publicUrl: string, channel: string): string => `${publicUrl}/api/v1/payments/notify/${channel}`;

export function createAsking(parts: AskingParts): Asking {
  const { models, transaction } = parts.database;
  const opening = new Map<string, Promise<void>>();

  return {
    async open(id) {
      const payment = await models.payments.findByPk(id, { rejectOnEmpty: true });
      if (payment.state !== 'created') return;
      const work = opening.get(id) ?? openOne(parts, payment).finally(() => opening.delete(id));
      opening.set(id, work);
      await work;
    },

    check: async (payment) => apply(parts, payment, await (await gatewayFor(parts, payment)).query(payment.paymentNo)),

    async stop(payment) {
      const gateway = await gatewayFor(parts, payment);
      const status = await closePayment(gateway, payment.paymentNo).catch((error: unknown) => {
        // WeChat closes nothing in the first minutes; how it stands can be asked all the same.
        if (faultOf(error) === 'declined') return gateway.query(payment.paymentNo);
        throw error;
      });
      return apply(parts, payment, status);
    },

    async mayAsk({ id }) {
      const askedAt = { [Op.or]: [null, { [Op.lt]: new Date(Date.now() - ASK_AGAIN_MS) }] };
      const [changed] = await transaction(() => models.payments.update({ askedAt: new Date() }, { where: { id, askedAt }, hooks: false }));
      return changed > 0;
    },
  };
}

async function gatewayFor({ gateways }: AskingParts, { method }: PaymentRow): Promise<PaymentGateway> {
  if (method === 'balance') throw new Error('The balance has no partner');
  return gatewayOf(gateways, method);
}

/** What does not fit our books is told and changes nothing. */
async function apply({ settlement, alerts, log }: AskingParts, payment: PaymentRow, status: PaymentStatus): Promise<PaymentStatus> {
  await settlement.settle(payment, status).catch(async (error: unknown) => {
    if (!(error instanceof UnfitNotice)) throw error;
    await alertOf(alerts, error);
    log.error({ paymentNo: payment.paymentNo, reason: error.reason }, 'partner says something else of a payment than we know');
  });
  return status;
}

async function openOne(parts: AskingParts, payment: PaymentRow): Promise<void> {
  const { settlement, log } = parts;
  try {
    await create(parts, payment);
  } catch (error) {
    const fault = faultOf(error);
    if (fault === null || !(error instanceof PartnerError)) throw error;
    log.warn({ err: error, paymentNo: payment.paymentNo, fault }, 'payment not opened');
    if (fault === 'declined') await settlement.end(payment, 'failed', error.reason);
  }
}

async function create(parts: AskingParts, payment: PaymentRow): Promise<void> {
  const { models, transaction } = parts.database;
  const made = await createPayment(await gatewayFor(parts, payment), await requestOf(parts, payment));
  if (made.kind === 'over') return void (await apply(parts, payment, made.status));
  const next = { state: 'pending' as const, payerAction: made };
  await transaction(() => models.payments.update(next, { where: { id: payment.id, state: 'created' } }));
}

/** What the partner reads names the clinic and the order and nothing of anybody's health. */
async function requestOf({ database, gateways, payers, settings, publicUrl }: AskingParts, payment: PaymentRow): Promise<NewPayment> {
  const { paymentNo, orderId, userId, amount: amountFen, method, scene, payerAddress, expiresAt } = payment;
  if (method === 'balance' || !scene) throw new Error('The balance has no partner');
  const order = await database.models.orders.findByPk(orderId, { attributes: ['orderNo'], rejectOnEmpty: true });
  const opened = scene === 'in_app' ? await gateways.of(method) : null;
  const openid = opened ? await payers.openIdOf(userId, opened.appId) : null;
  return {
    ...{ paymentNo, amountFen, scene, expiresAt, subject: `${settings.get('clinic.name')} ${order.orderNo}` },
    notifyUrl: noticeUrl(publicUrl(), method),
    returnUrl: `${publicUrl()}/clinic/orders/${orderId}`,
    payer: { ...(openid && { openid }), ...(payerAddress && { address: payerAddress }) },
  };
}
