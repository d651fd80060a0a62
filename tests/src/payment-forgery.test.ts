/** Forged, changed and old notices at the real address (B3 of the fault plan): none has an effect, and the genuine one still does. */
import { AlipaySdk } from 'alipay-sdk';
import { newKeyPair } from '#src/partners/payments/rsa.ts';
import { startWechatPayV2Simulator, type WechatPayV2Simulator } from '#src/partners/payments/wechat-pay-v2.ts';
import type { Channel } from '#src/payments/gateways/gateway.ts';
import { createWechatPayV2 } from '#src/payments/gateways/wechat-pay-v2.ts';
import { startApp, type TestApp } from '#tests/support/app.ts';
import { alipayForgeries } from '#tests/support/forged-alipay.ts';
import { type Forgery, NOWHERE, POSITIONS } from '#tests/support/forged-notices.ts';
import { wechatForgeries } from '#tests/support/forged-wechat.ts';
import { wechatV2Forgeries } from '#tests/support/forged-wechat-v2.ts';
import { newPayment } from '#tests/support/merchant.ts';
import { begin, closePartners, deliver, leaveAlone, newOrder, orderOf, type Partners, startPartners, YES } from '#tests/support/till.ts';

/** Every so many positions of each mutation: gateways are tested at all of them. */
const STRIDE = 8;

let server: TestApp;
let partners: Partners;
let stranger: WechatPayV2Simulator;
beforeAll(async () => {
  server = await startApp();
  partners = await startPartners();
  stranger = await startWechatPayV2Simulator('HMAC-SHA256');
}, 60_000);
afterAll(async () => {
  await closePartners(partners);
  await stranger.close();
  await server.close();
});

const events = (channel: Channel) => server.database.models.paymentEvents.count({ where: { channel } });

/** A payment that somebody has paid at the partner, and that we have not been told of. */
async function paidAtPartner(channel: Channel) {
  const order = await newOrder(server, 29_900);
  const payment = await begin(server, order.id, channel);
  await leaveAlone(server, payment.id);
  await partners[channel].pay(payment.paymentNo, { notify: false });
  return { orderId: order.id, id: payment.id as string, paymentNo: payment.paymentNo as string };
}

/** @returns mutations of which one was taken, or had an effect */
async function play(channel: Channel, forgeries: readonly Forgery[], paymentId: string): Promise<string[]> {
  const taken = new Set<string>();
  const { models } = server.database;
  for (const [name, , forge] of forgeries) {
    for (let position = 0; position < POSITIONS; position += STRIDE) {
      const { status, body } = await deliver(server, channel, forge(position));
      expect([name, position, status]).toEqual([name, position, channel === 'wechat' ? expect.any(Number) : 200]);
      if (body === YES[channel]) taken.add(name);
    }
    if ((await models.payments.findByPk(paymentId))?.state !== 'pending') taken.add(name);
  }
  return [...taken];
}

async function check(channel: Channel, forgeries: readonly Forgery[], payment: Awaited<ReturnType<typeof paidAtPartner>>): Promise<void> {
  const before = await events(channel);
  expect(await play(channel, forgeries, payment.id)).toEqual([]);
  expect(await events(channel)).toBe(before);
  expect((await orderOf(server, payment.orderId)).status).toBe('PENDING');
  expect((await deliver(server, channel, partners[channel].notice(payment.paymentNo))).body).toBe(YES[channel]);
  expect((await orderOf(server, payment.orderId)).status).toBe('PAID');
  expect(await events(channel)).toBe(before + 1);
}

test('WeChat Pay v3', async () => {
  const { wechat: partner } = partners;
  const [retired, earlier, current] = [await partner.rotate(), await partner.rotate(), await partner.rotate()];
  // `rotate` keeps the options of before: the key that is not known any more is taken out.
  const { platformKeys, ...merchant } = partner.merchant();
  const { [retired.serial]: _gone, ...known } = platformKeys;
  await server.modules.payments.gateways.save(server.people.administrator.id, 'wechat', {
    ...{ enabled: true, version: 0 },
    options: { ...merchant, platformKeys: known } as never,
  });
  const payment = await paidAtPartner('wechat');
  const { paymentNo } = payment;
  const wrong = { serial: current.serial, ...(await newKeyPair()) };
  const at = { partner, paymentNo, good: partner.notice(paymentNo), current, earlier, retired, stranger: wrong };
  await check(
    'wechat',
    wechatForgeries(() => at),
    payment,
  );
  // Of a probe nothing is told; everything else is an event of security.
  const told = await server.database.models.securityEvents.findAll({ where: { kind: 'payment.notice_refused' } });
  const reasons = new Set(told.map(({ details }) => (JSON.parse(details) as { reason: string }).reason));
  expect(reasons).toEqual(
    new Set([
      ...['bad_signature', 'stale', 'unknown_serial', 'wrong_app', 'wrong_merchant', 'unknown', 'amount'],
      ...['malformed', 'wrong_currency', 'undecryptable', 'unsupported'],
    ]),
  );
});

test('WeChat Pay v2', async () => {
  const options = partners.wechat_v2.merchant() as never;
  await server.modules.payments.gateways.save(server.people.administrator.id, 'wechat_v2', { enabled: true, version: 0, options });
  const payment = await paidAtPartner('wechat_v2');
  const { paymentNo } = payment;
  await createWechatPayV2(stranger.merchant()).create(newPayment(NOWHERE, { paymentNo }));
  await stranger.pay(paymentNo, { notify: false });
  await check(
    'wechat_v2',
    wechatV2Forgeries(() => ({ partner: partners.wechat_v2, paymentNo, stranger, otherSignType: 'MD5' })),
    payment,
  );
});

describe('Alipay', () => {
  const forgeriesOf = async (paymentNo: string) => {
    const { privateKey } = await newKeyPair();
    const genuine = partners.alipay.notice(paymentNo);
    return alipayForgeries(() => ({ partner: partners.alipay, paymentNo, genuine, stranger: privateKey }));
  };
  beforeAll(async () => {
    const options = partners.alipay.merchant() as never;
    await server.modules.payments.gateways.save(server.people.administrator.id, 'alipay', { enabled: true, version: 0, options });
  });

  test('Alipay', async () => {
    const payment = await paidAtPartner('alipay');
    await check('alipay', await forgeriesOf(payment.paymentNo), payment);
  });

  test('without looking at signatures the same play finds it', async () => {
    const { checkNotifySignV2 } = AlipaySdk.prototype;
    AlipaySdk.prototype.checkNotifySignV2 = () => true;
    try {
      const payment = await paidAtPartner('alipay');
      const changes = (await forgeriesOf(payment.paymentNo)).filter(([name]) => name.startsWith('a field'));
      expect(await play('alipay', changes, payment.id)).not.toEqual([]);
    } finally {
      AlipaySdk.prototype.checkNotifySignV2 = checkNotifySignV2;
    }
  });
});

test('a notice of one channel does nothing at the address of another, nor does one without a body', async () => {
  const before = await server.database.models.paymentEvents.count();
  const payment = await paidAtPartner('alipay');
  const notice = partners.alipay.notice(payment.paymentNo);
  for (const channel of ['wechat', 'wechat_v2'] as const) expect((await deliver(server, channel, notice)).body).not.toBe(YES[channel]);
  for (const channel of ['wechat', 'wechat_v2', 'alipay'] as const) {
    for (const body of ['', '{}', '\0'.repeat(1_000), 'x'.repeat(60_000)]) {
      const answer = await deliver(server, channel, { headers: { 'content-type': 'x/y' }, body });
      expect(answer.body).not.toBe(YES[channel]);
    }
  }
  expect(await server.database.models.paymentEvents.count()).toBe(before);
});
