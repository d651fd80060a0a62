/** What each partner gives a merchant, and how a gateway is made of it (ORD-20). */
import { z } from 'zod';
import { ApiError } from '#src/errors.ts';
import { createAlipay } from './gateways/alipay.ts';
import type { Channel, PaymentGateway, PaymentScene } from './gateways/gateway.ts';
import { createWechatPay } from './gateways/wechat-pay.ts';
import { createWechatPayV2 } from './gateways/wechat-pay-v2.ts';

const word = z.string().trim().min(1).max(64);
const key = z.string().trim().min(1).max(10_000);
const secret = z.string().length(32);
/** Another address than the partner's own: a simulator. Never in production. */
const address = z.url({ protocol: /^https?$/ }).optional();

export const wechatOptions = z.strictObject({
  appId: word,
  merchantId: word,
  serial: word.describe('serial number of the merchant’s API certificate'),
  privateKey: key.describe('of that certificate: PEM or bare base64'),
  apiV3Key: secret,
  platformKeys: z
    .record(z.string().min(1).max(64), key)
    .refine((keys) => Object.keys(keys).length > 0, 'is empty')
    .describe('certificates or public keys of WeChat Pay by their serial or `PUB_KEY_ID_…`'),
  baseUrl: address,
});
export const wechatV2Options = z.strictObject({
  appId: word,
  merchantId: word,
  apiKey: secret,
  signType: z.enum(['MD5', 'HMAC-SHA256']).optional(),
  certificate: z.strictObject({ cert: key, key }).optional().describe('of the merchant, for refunds'),
  baseUrl: address,
});
export const alipayOptions = z.strictObject({
  appId: word,
  sellerId: word,
  privateKey: key.describe('of the application'),
  alipayPublicKey: key,
  gatewayUrl: address,
});

const schemas = { wechat: wechatOptions, wechat_v2: wechatV2Options, alipay: alipayOptions } as const;

export const scenesOf: Record<Channel, readonly PaymentScene[]> = {
  wechat: ['qr', 'in_app', 'mobile'],
  wechat_v2: ['qr', 'in_app', 'mobile'],
  alipay: ['qr', 'mobile', 'page'],
};

/** A gateway with what tells people and payers which one it is. */
export interface OpenedGateway {
  gateway: PaymentGateway;
  /** Application that payers meet. */
  appId: string;
  /** Number of the merchant at the partner. */
  merchant: string;
}

/** @throws {ApiError} `invalid_request` when the options have another form, `bad_gateway_keys` when they are no keys */
export function openGateway(channel: Channel, options: unknown): OpenedGateway {
  const { data, error } = schemas[channel].safeParse(options);
  if (error) {
    const details = error.issues.map(({ path, message }) => ({ field: ['body.options', ...path].join('.'), message }));
    throw new ApiError('invalid_request', { details });
  }
  const merchant = 'sellerId' in data ? data.sellerId : data.merchantId;
  try {
    return { gateway: make(data), appId: data.appId, merchant };
  } catch {
    // Its message could quote a key.
    throw new ApiError('bad_gateway_keys');
  }
}

function make(options: z.infer<(typeof schemas)[Channel]>): PaymentGateway {
  if ('sellerId' in options) return createAlipay(options);
  return 'apiV3Key' in options ? createWechatPay(options) : createWechatPayV2(options);
}

/** Whether the options name an address of their own. */
export const hasOwnAddress = (options: unknown): boolean => {
  const { baseUrl, gatewayUrl } = Object(options) as { baseUrl?: unknown; gatewayUrl?: unknown };
  return baseUrl !== undefined || gatewayUrl !== undefined;
};
