/** The merchant's side of payment tests: a server that takes notices with a gateway, and the three channels with their partners. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { v7 as uuid } from 'uuid';
import { startAlipaySimulator } from '#src/partners/payments/alipay.ts';
import { newKeyPair, pem } from '#src/partners/payments/rsa.ts';
import type { PaymentSimulator, PaymentSimulatorOptions } from '#src/partners/payments/simulator.ts';
import { startWechatPaySimulator } from '#src/partners/payments/wechat-pay.ts';
import { startWechatPayV2Simulator } from '#src/partners/payments/wechat-pay-v2.ts';
import { createAlipay } from '#src/payments/gateways/alipay.ts';
import type { NewPayment, NewRefund, PaymentGateway } from '#src/payments/gateways/gateway.ts';
import { type Notice, NoticeRefused } from '#src/payments/gateways/notice.ts';
import { createWechatPay } from '#src/payments/gateways/wechat-pay.ts';
import { createWechatPayV2 } from '#src/payments/gateways/wechat-pay-v2.ts';

export interface Merchant {
  url: string;
  /** Notices that were accepted, in their order. */
  notices: Notice[];
  /** Why others were refused. */
  refusals: string[];
  /** Says no to the next notices although they are good. */
  decline(times: number): void;
  close(): Promise<void>;
}

export async function startMerchant(gateway: () => PaymentGateway): Promise<Merchant> {
  const notices: Notice[] = [];
  const refusals: string[] = [];
  let declines = 0;

  async function take(body: Buffer, headers: NodeJS.Dict<string | string[]>): Promise<boolean> {
    try {
      const notice = await gateway().parseNotification(body, headers);
      if (declines-- > 0) return false;
      notices.push(notice);
      return true;
    } catch (error) {
      refusals.push(error instanceof NoticeRefused ? error.reason : String(error));
      return false;
    }
  }

  const server = createServer((request, response) => {
    void buffer(request).then(async (body) => {
      const answer = gateway().answer(await take(body, request.headers));
      response.writeHead(answer.status, { 'content-type': answer.contentType }).end(answer.body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/notify`,
    notices,
    refusals,
    decline: (times) => void (declines = times),
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

export interface ChannelUnderTest {
  partner: PaymentSimulator;
  /** A gateway to the partner. @param timeoutMs how long it waits; plenty by default */
  gateway(timeoutMs?: number): PaymentGateway;
  /** A gateway that holds another merchant's keys. */
  stranger(): PaymentGateway;
  /** A gateway to an address where nobody listens. */
  lost(): PaymentGateway;
}

const NOBODY = 'http://127.0.0.1:9';

/** One of each, with a partner of its own. */
export const channels: Record<string, (options?: PaymentSimulatorOptions) => Promise<ChannelUnderTest>> = {
  async 'WeChat Pay v3'(options) {
    const partner = await startWechatPaySimulator(options);
    const { privateKey } = await newKeyPair();
    return {
      partner,
      gateway: (timeoutMs = 5_000) => createWechatPay({ ...partner.merchant(), timeoutMs }),
      stranger: () => createWechatPay({ ...partner.merchant(), privateKey: pem(privateKey) }),
      lost: () => createWechatPay({ ...partner.merchant(), baseUrl: NOBODY }),
    };
  },
  async 'WeChat Pay v2, MD5'(options) {
    return wechatV2('MD5', options);
  },
  async 'WeChat Pay v2, HMAC-SHA256'(options) {
    return wechatV2('HMAC-SHA256', options);
  },
  async Alipay(options) {
    const partner = await startAlipaySimulator(options);
    const { privateKey } = await newKeyPair();
    return {
      partner,
      gateway: (timeoutMs = 5_000) => createAlipay({ ...partner.merchant(), timeoutMs }),
      stranger: () => createAlipay({ ...partner.merchant(), privateKey: pem(privateKey) }),
      lost: () => createAlipay({ ...partner.merchant(), gatewayUrl: NOBODY }),
    };
  },
};

async function wechatV2(signType: 'MD5' | 'HMAC-SHA256', options?: PaymentSimulatorOptions): Promise<ChannelUnderTest> {
  const partner = await startWechatPayV2Simulator(signType, options);
  return {
    partner,
    gateway: (timeoutMs = 5_000) => createWechatPayV2({ ...partner.merchant(), timeoutMs }),
    stranger: () => createWechatPayV2({ ...partner.merchant(), apiKey: 'f'.repeat(32) }),
    lost: () => createWechatPayV2({ ...partner.merchant(), baseUrl: NOBODY }),
  };
}

/** A number that was never used. */
export const newNumber = (): string => uuid().replaceAll('-', '');

export const newPayment = (notifyUrl: string, changes: Partial<NewPayment> = {}): NewPayment => ({
  paymentNo: newNumber(),
  amountFen: 29_900,
  subject: '图文问诊 <张医生> & 复诊 = a/b',
  scene: 'qr',
  expiresAt: new Date(Date.now() + 900_000),
  notifyUrl,
  ...changes,
});

export const newRefund = (payment: NewPayment, amountFen: number): NewRefund => ({
  paymentNo: payment.paymentNo,
  refundNo: newNumber(),
  amountFen,
  totalFen: payment.amountFen,
  reason: '医生停诊',
  notifyUrl: payment.notifyUrl,
});
