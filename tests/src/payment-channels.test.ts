/** What only one of the payment channels has. */
import { Hash } from 'wechatpay-axios-plugin';
import { startAlipaySimulator } from '#src/partners/payments/alipay.ts';
import { startHttpSimulator } from '#src/partners/http-simulator.ts';
import { startWechatPaySimulator, type WechatPaySimulator } from '#src/partners/payments/wechat-pay.ts';
import { signedHeaders } from '#src/partners/payments/wechat-pay-signing.ts';
import { startWechatPayV2Simulator, type WechatPayV2Simulator } from '#src/partners/payments/wechat-pay-v2.ts';
import { createAlipay } from '#src/payments/gateways/alipay.ts';
import { faultOf, type PayerAction, type PaymentGateway } from '#src/payments/gateways/gateway.ts';
import { createWechatPay } from '#src/payments/gateways/wechat-pay.ts';
import { createWechatPayV2 } from '#src/payments/gateways/wechat-pay-v2.ts';
import { newPayment, newRefund, startMerchant } from '#tests/support/merchant.ts';
import { until } from '#tests/support/wait.ts';

const NOWHERE = 'http://127.0.0.1:9/notify';

const opened: { close(): Promise<void> }[] = [];
/** Closes it after the test. */
function keep<T extends { close(): Promise<void> }>(server: T): T {
  opened.push(server);
  return server;
}
afterEach(async () => {
  for (const server of opened.splice(0)) await server.close();
});

describe.each<[string, () => Promise<WechatPaySimulator | WechatPayV2Simulator>, (partner: never) => PaymentGateway]>([
  ['WeChat Pay v3', () => startWechatPaySimulator(), (partner: WechatPaySimulator) => createWechatPay(partner.merchant())],
  ['WeChat Pay v2', () => startWechatPayV2Simulator(), (partner: WechatPayV2Simulator) => createWechatPayV2(partner.merchant())],
])('%s', (_name, start, open) => {
  let partner: WechatPaySimulator | WechatPayV2Simulator;
  let gateway: PaymentGateway;
  beforeAll(async () => {
    partner = await start();
    gateway = open(partner as never);
  });
  afterAll(() => partner.close());

  test('in WeChat pays with parameters that we signed, and with no others', async () => {
    const payment = newPayment(NOWHERE, { scene: 'in_app', payer: { openid: 'o-wang' } });
    const action = (await gateway.create(payment)) as Extract<PayerAction, { kind: 'app' }>;
    expect(action.kind).toBe('app');
    expect(await partner.payInApp({ ...action.params, timeStamp: '1' })).toBe(false);
    expect((await gateway.query(payment.paymentNo)).state).toBe('pending');
    expect(await partner.payInApp(action.params)).toBe(true);
    expect((await gateway.query(payment.paymentNo)).state).toBe('paid');
  });

  test('in WeChat without an openid is declined', async () => {
    expect(await gateway.create(newPayment(NOWHERE, { scene: 'in_app' })).catch(faultOf)).toBe('declined');
  });

  test('in a phone browser goes to a page and comes back', async () => {
    const payment = newPayment(NOWHERE, {
      scene: 'mobile',
      payer: { address: '192.0.2.1' },
      returnUrl: 'https://clinic.example/paid?a=b&c',
    });
    const action = (await gateway.create(payment)) as Extract<PayerAction, { kind: 'redirect' }>;
    const url = new URL(action.url);
    expect(url.searchParams.get('redirect_url')).toBe(payment.returnUrl);
    expect((await fetch(url)).status).toBe(200);
  });
});

test('WeChat Pay v3 accepts both keys while they change, and tells a signed answer about another payment from ours', async () => {
  const partner = keep(await startWechatPaySimulator());
  const first = createWechatPay(partner.merchant());
  const payment = newPayment(NOWHERE);
  await first.create(payment);
  const old = await partner.rotate();
  // Nobody told the first gateway of the new key.
  expect(await first.query(payment.paymentNo).catch(faultOf)).toBe('unavailable');
  const both = createWechatPay(partner.merchant());
  expect((await both.query(payment.paymentNo)).state).toBe('pending');

  const liar = keep(
    await startHttpSimulator(() => {
      const body = JSON.stringify({ out_trade_no: 'another', trade_state: 'SUCCESS', transaction_id: '1', amount: { total: 1 } });
      return { headers: signedHeaders(body, old), body };
    }),
  );
  const misled = createWechatPay({ ...partner.merchant(), baseUrl: liar.url });
  await expect(misled.query(payment.paymentNo)).rejects.toMatchObject({ reason: 'unverified_answer', maybeDone: false });
});

test('WeChat Pay v3 by public key asks for answers that this key signed', async () => {
  const partner = keep(await startWechatPaySimulator());
  await partner.rotate('PUB_KEY_ID_0001');
  await partner.rotate();
  const { platformKeys, ...merchant } = partner.merchant();
  const gateway = createWechatPay({ ...merchant, platformKeys: { PUB_KEY_ID_0001: platformKeys['PUB_KEY_ID_0001']! } });
  expect((await gateway.create(newPayment(NOWHERE))).kind).toBe('qr');
});

describe('WeChat Pay v2 believes', () => {
  const options = { appId: 'wx1', merchantId: '19', apiKey: 'k'.repeat(32) };
  const answered = async (body: string): Promise<unknown> => {
    const server = keep(await startHttpSimulator(() => ({ headers: { 'content-type': 'text/xml' }, body })));
    const gateway = createWechatPayV2({ ...options, baseUrl: server.url });
    const answer = await gateway.query('payment-1').catch((error: unknown) => error);
    return answer;
  };
  const refusal =
    '<return_code>SUCCESS</return_code><appid>wx1</appid><mch_id>19</mch_id><result_code>FAIL</result_code><err_code>ORDERNOTEXIST</err_code>';

  const paid = {
    ...{ appid: 'wx1', mch_id: '19', return_code: 'SUCCESS', result_code: 'SUCCESS' },
    ...{ out_trade_no: 'payment-1', trade_state: 'SUCCESS' },
  };
  const fields = Object.entries({ ...paid, sign: Hash.sign('MD5', paid, options.apiKey) });
  const signed = `<xml>${fields.map(([name, value]) => `<${name}>${value}</${name}>`).join('')}</xml>`;

  test('a signed answer', async () => {
    expect(await answered(signed)).toMatchObject({ state: 'paid' });
  });

  test.each([
    ['an unsigned refusal', `<xml>${refusal}</xml>`],
    ['a refusal signed by somebody else', `<xml>${refusal}<sign>${'0'.repeat(32)}</sign></xml>`],
    ['entities, though well signed', `<!DOCTYPE xml [<!ENTITY x "SUCCESS">]>${signed.replace('<trade_state>SUCCESS', '<trade_state>&x;')}`],
    ['no XML', 'Welcome to the hotel'],
    ['nothing', ''],
  ])('not %s', async (_name, body) => {
    expect(faultOf(await answered(body))).toBe('unavailable');
  });

  test('an unsigned refusal of the request itself', async () => {
    expect(faultOf(await answered('<xml><return_code>FAIL</return_code><return_msg>appid</return_msg></xml>'))).toBe('declined');
  });
});

test.each([
  ['WeChat Pay v3', () => createWechatPay({ ...wechat, apiV3Key: 'short', platformKeys: {} })],
  ['WeChat Pay v2', () => createWechatPayV2({ ...wechat, apiKey: 'short' })],
])('%s refuses keys of another length', (_name, open) => {
  expect(open).toThrow('32 bytes');
});
const wechat = { appId: 'wx', merchantId: '19', serial: '00', privateKey: '' };

describe('Alipay', () => {
  test.each(['page', 'mobile'] as const)('pays on a %s that only we can open, and comes back', async (scene) => {
    const partner = keep(await startAlipaySimulator());
    const gateway = createAlipay(partner.merchant());
    const payment = newPayment(NOWHERE, { scene, returnUrl: 'https://clinic.example/paid?a=b' });
    const { url } = (await gateway.create(payment)) as Extract<PayerAction, { kind: 'redirect' }>;
    expect((await fetch(url.replace('299.00', '0.01'))).status).toBe(400);
    expect((await gateway.query(payment.paymentNo)).state).toBe('missing');
    const page = await fetch(url);
    expect(await page.text()).toContain('¥299.00');
    const done = await fetch(`${page.url}/pay`, { method: 'POST' });
    expect(await done.text()).toContain('href="https://clinic.example/paid?a=b"');
    expect((await gateway.query(payment.paymentNo)).state).toBe('paid');
  });

  test('a refund notice waits for the query that it needs', async () => {
    const partner = keep(await startAlipaySimulator({ resendAfterMs: [50, 50, 50] }));
    const gateway = createAlipay(partner.merchant());
    const merchant = keep(await startMerchant(() => gateway));
    const payment = newPayment(merchant.url);
    await gateway.create(payment);
    await partner.pay(payment.paymentNo, { notify: false });
    const refund = newRefund(payment, 100);
    partner.refundsEnd(null);
    await gateway.refund(refund);
    partner.fail({ kind: 'status', status: 502 });
    partner.refundsEnd('succeeded');
    await until('the refund', () => merchant.notices.length === 1);
    expect(merchant.refusals).toEqual([expect.stringContaining('http_502')]);
    expect(merchant.notices).toMatchObject([{ kind: 'refund', refundNo: refund.refundNo, amountFen: 100 }]);
  });

  test('says paid of a payment that was given back wholly, although Alipay calls it closed', async () => {
    const partner = keep(await startAlipaySimulator());
    const gateway = createAlipay(partner.merchant());
    const payment = newPayment(NOWHERE);
    await gateway.create(payment);
    await partner.pay(payment.paymentNo, { notify: false });
    await gateway.refund(newRefund(payment, payment.amountFen));
    expect((await gateway.query(payment.paymentNo)).state).toBe('paid');
    const { headers, body } = partner.notice(payment.paymentNo);
    expect(body).toContain('TRADE_CLOSED');
    expect(await gateway.parseNotification(Buffer.from(body), headers)).toMatchObject({ state: 'paid' });
  });

  test('takes keys as its key tool writes them', async () => {
    const partner = keep(await startAlipaySimulator());
    const { privateKey, alipayPublicKey, ...rest } = partner.merchant();
    const bare = (pem: string) => pem.replace(/-----.*-----|\s/g, '');
    const gateway = createAlipay({ ...rest, privateKey: bare(privateKey), alipayPublicKey: bare(alipayPublicKey) });
    expect((await gateway.create(newPayment(NOWHERE))).kind).toBe('qr');
  });
});

test('simulated partners do not start in production', async () => {
  const { NODE_ENV } = process.env;
  process.env['NODE_ENV'] = 'production';
  try {
    await expect(startAlipaySimulator()).rejects.toThrow('production');
  } finally {
    process.env['NODE_ENV'] = NODE_ENV;
  }
});
