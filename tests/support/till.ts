/** Orders and the money for them: an application with simulated partners, whose notices the test carries itself. */
import { randomUUID } from 'node:crypto';
import { type AlipaySimulator, startAlipaySimulator } from '#src/partners/payments/alipay.ts';
import type { Notice } from '#src/partners/payments/deliver.ts';
import { startWechatPaySimulator, type WechatPaySimulator } from '#src/partners/payments/wechat-pay.ts';
import { startWechatPayV2Simulator, type WechatPayV2Simulator } from '#src/partners/payments/wechat-pay-v2.ts';
import type { OrderRow } from '#src/orders/model.ts';
import type { Channel } from '#src/payments/gateways/gateway.ts';
import type { TestApp } from './app.ts';
import { dataOf, type Person } from './people.ts';

export interface Partners {
  wechat: WechatPaySimulator;
  wechat_v2: WechatPayV2Simulator;
  alipay: AlipaySimulator;
}

/** Starts one of each. Close them with `closePartners`. */
export async function startPartners(): Promise<Partners> {
  const [wechat, wechat_v2, alipay] = await Promise.all([
    startWechatPaySimulator(),
    startWechatPayV2Simulator('HMAC-SHA256'),
    startAlipaySimulator(),
  ]);
  return { wechat, wechat_v2, alipay };
}

export async function closePartners(partners: Partners): Promise<void> {
  for (const partner of Object.values(partners)) await partner.close();
}

/** Gives an application the keys of all partners. */
export async function configure({ modules, people }: TestApp, partners: Partners): Promise<void> {
  for (const channel of ['wechat', 'wechat_v2', 'alipay'] as const) {
    const options = partners[channel].merchant();
    await modules.payments.gateways.save(people.administrator.id, channel, { enabled: true, version: 0, options: options as never });
  }
}

/** An order that nobody has paid, of the patient if nobody else is named. @param amount fen */
export function newOrder(
  server: TestApp,
  amount = 9_900,
  order: { expiresAt?: Date; type?: 'course' | 'service'; userId?: string } = {},
): Promise<OrderRow> {
  const { expiresAt = new Date(Date.now() + 900_000), type = 'course', userId = server.people.patient.id } = order;
  return server.modules.orders.create({
    userId,
    type,
    items: [{ kind: type, refId: randomUUID(), title: '八段锦', unitPrice: amount }],
    expiresAt,
  });
}

/** Begins to pay. @returns the attempt */
export async function begin(server: TestApp, orderId: string, method: Channel, scene = 'qr') {
  const url = `/api/v1/orders/${orderId}/payments`;
  return dataOf(await server.call('POST', url, server.people.patient.token, { method, scene }));
}

/** Takes the job back that asks the partner about a payment by itself: for tests of notices that may take long. */
export const leaveAlone = ({ foundation }: TestApp, paymentId: string): Promise<boolean> =>
  foundation.outbox.cancel(`payment.check:${paymentId}:0`);

/** Carries a notice to the application. @returns status and body of the answer, which has no envelope */
export async function deliver(
  { app }: Pick<TestApp, 'app'>,
  channel: Channel,
  { headers, body }: Notice | { headers: object; body: Buffer },
) {
  const url = `/api/v1/payments/notify/${channel}`;
  const answer = await app.inject({ method: 'POST', url, headers: headers as Record<string, string>, payload: body });
  return { status: answer.statusCode, type: answer.headers['content-type'], body: answer.body };
}

/** What a partner takes for "I have it". */
export const YES: Record<Channel, string> = {
  wechat: '{"code":"SUCCESS","message":"OK"}',
  wechat_v2: '<xml><return_code><![CDATA[SUCCESS]]></return_code><return_msg><![CDATA[OK]]></return_msg></xml>',
  alipay: 'success',
};

/** Gives a user money. @param amount fen */
export const fund = (server: TestApp, userId: string, amount: number): Promise<void> =>
  server.modules.balances.book([{ userId, amount, kind: 'topup', refId: randomUUID(), actorId: server.people.administrator.id }]);

/** Pays with the balance. @returns the order's id */
export async function paidOrder(server: TestApp, amount = 9_900, payer: Person = server.people.patient): Promise<string> {
  const { id } = await newOrder(server, amount, { userId: payer.id });
  await fund(server, payer.id, amount);
  await server.stepUp(payer.token);
  dataOf(await server.call('POST', `/api/v1/orders/${id}/payments`, payer.token, { method: 'balance' }));
  return id;
}

export const orderOf = ({ database }: TestApp, id: string): Promise<OrderRow> =>
  database.models.orders.findByPk(id, { rejectOnEmpty: true });
