/** B3: what is not the partner's, or not about this payment, has no effect. */
import { newKeyPair } from '#src/partners/payments/rsa.ts';
import { startWechatPayV2Simulator } from '#src/partners/payments/wechat-pay-v2.ts';
import type { Channel } from '#src/payments/gateways/gateway.ts';
import { createWechatPayV2 } from '#src/payments/gateways/wechat-pay-v2.ts';
import { alipayForgeries } from '#tests/support/forged-alipay.ts';
import { type Forgery, NOWHERE, POSITIONS } from '#tests/support/forged-notices.ts';
import { wechatForgeries } from '#tests/support/forged-wechat.ts';
import { wechatV2Forgeries } from '#tests/support/forged-wechat-v2.ts';
import { newPayment } from '#tests/support/merchant.ts';
import { leaveAlone, newOrder, YES } from '#tests/support/till.ts';
import { carry, type Person, type Rig, send } from './rig.ts';
import { type Findings, inLanes, type Row } from './row.ts';

export const forging: Row = {
  id: 'B3 forged',
  what: 'forged, changed and old notices of all channels, each mutation at a hundred positions',
  goal: 'none is taken or has an effect, and the genuine notice still does; keys that overlap in a rotation are both good',
  // tests/src/payment-forgery.test.ts does it at every eighth position.
  short: null,
  full: { rounds: POSITIONS, clients: 16 },
  twin: { sources: ['trust-every-signature'] },
  async play(rig, { rounds, clients }, found) {
    let carried = 0;
    let mutations = 0;
    for (const channel of ['alipay', 'wechat_v2', 'wechat'] as const) {
      const { forgeries, check } = await prepare(rig, channel);
      mutations += forgeries.length;
      for (const [name, , forge] of forgeries) {
        await inLanes(rounds, clients, async (position) => {
          const { status, body, ms } = await carry(rig.node(position), channel, forge(position));
          found.took(ms);
          carried++;
          if (body === YES[channel] || status === 0) found.fault(`${channel}, ${name}: answered with ${status} ${body}`);
        });
        if (found.failed) return;
      }
      await check(found);
    }
    found.figure('mutations', mutations);
    found.figure('carried', carried);
  },
};

/** A payment that was paid at the partner, and what can be forged about it. */
async function prepare(rig: Rig, channel: Channel): Promise<{ forgeries: Forgery[]; check(found: Findings): Promise<void> }> {
  const [payer] = await rig.strangers(1);
  const rotated = channel === 'wechat' ? await rotate(rig) : null;
  const { orderId, id, paymentNo } = await paidAtPartner(rig, channel, payer!);
  const { models } = rig.desk.database;
  const state = async () => {
    const payment = await models.payments.findByPk(id);
    return [payment?.state, (await models.orders.findByPk(orderId))?.status, await models.paymentEvents.count({ where: { channel } })];
  };
  return {
    forgeries: await forgeriesOf(rig, channel, paymentNo, rotated),
    async check(found) {
      found.expect(`${channel}: after all forgeries`, await state(), ['pending', 'PENDING', 0]);
      const notices = rotated ? [rig.partners.wechat.notice(paymentNo, { by: rotated.earlier })] : [];
      for (const notice of [...notices, rig.partners[channel].notice(paymentNo)])
        found.expect(`${channel}: the genuine one`, (await carry(rig.node(0), channel, notice)).body, YES[channel]);
      found.expect(`${channel}: after the genuine one`, (await state()).slice(0, 2), ['paid', 'PAID']);
    },
  };
}

/** Three new keys of WeChat's, of which the clinic does not know the first any more. */
async function rotate({ desk, partners: { wechat } }: Rig) {
  const [retired, earlier, current] = [await wechat.rotate(), await wechat.rotate(), await wechat.rotate()];
  const { platformKeys, ...merchant } = wechat.merchant();
  const { [retired.serial]: _gone, ...known } = platformKeys;
  const options = { ...merchant, platformKeys: known } as never;
  const { version } = (await desk.modules.payments.gateways.list()).items.find((item) => item.channel === 'wechat')!;
  await desk.modules.payments.gateways.save(desk.people.administrator.id, 'wechat', { enabled: true, version, options });
  // Both processes hear of it within a second.
  await new Promise((done) => setTimeout(done, 2_000));
  return { retired, earlier, current };
}

async function paidAtPartner(rig: Rig, channel: Channel, { id: userId, token }: Person) {
  const { id: orderId } = await newOrder(rig.desk, 29_900, { userId });
  const { data } = await send(rig.node(0), 'POST', `/orders/${orderId}/payments`, {
    token,
    key: crypto.randomUUID(),
    body: { method: channel },
  });
  await leaveAlone(rig.desk, data.id);
  await rig.partners[channel].pay(data.paymentNo, { notify: false });
  return { orderId, id: data.id as string, paymentNo: data.paymentNo as string };
}

async function forgeriesOf(
  { partners }: Rig,
  channel: Channel,
  paymentNo: string,
  keys: Awaited<ReturnType<typeof rotate>> | null,
): Promise<Forgery[]> {
  if (channel === 'alipay') {
    const { privateKey: stranger } = await newKeyPair();
    const genuine = partners.alipay.notice(paymentNo);
    return alipayForgeries(() => ({ partner: partners.alipay, paymentNo, genuine, stranger }));
  }
  if (channel === 'wechat' && keys) {
    const stranger = { serial: keys.current.serial, ...(await newKeyPair()) };
    const at = { partner: partners.wechat, paymentNo, good: partners.wechat.notice(paymentNo), ...keys, stranger };
    return wechatForgeries(() => at);
  }
  const stranger = await startWechatPayV2Simulator('HMAC-SHA256');
  await createWechatPayV2(stranger.merchant()).create(newPayment(NOWHERE, { paymentNo }));
  await stranger.pay(paymentNo, { notify: false });
  await stranger.close();
  return wechatV2Forgeries(() => ({ partner: partners.wechat_v2, paymentNo, stranger, otherSignType: 'MD5' }));
}
