import { z } from 'zod';
import { isForward, notForward, periodFields } from '#src/statistics/periods.ts';
import { yuan } from '#src/money.ts';
import { id, listOf, paging, sortBy, time } from '#src/plugins/fields.ts';
import { alipayOptions, wechatOptions, wechatV2Options } from './gateway-options.ts';
import { paymentChannels, paymentMethods, paymentScenes, paymentStates } from './model.ts';

export const params = z.object({ id });
export const channelParams = z.object({ channel: z.enum(paymentChannels) });
export const noticeParams = z.object({ gateway: z.enum(paymentChannels) });

const method = z.enum(paymentMethods);
const scene = z.enum(paymentScenes);

export const newPayment = z
  .strictObject({
    method,
    scene: scene
      .optional()
      .describe('where the payer is: scans a code (default), inside the partner’s app, in a browser on a phone or on a desktop'),
  })
  .meta({ examples: [{ method: 'wechat', scene: 'qr' }] });

/** What the creating request keeps; the partner is asked after its transaction. */
export const begunPayment = z.object({ id: z.string() });

const action = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('qr'), codeUrl: z.string().describe('to be shown as a QR code') }),
    z.object({ kind: z.literal('redirect'), url: z.string() }),
    z.object({ kind: z.literal('app'), params: z.record(z.string(), z.string()).describe('for the partner’s own API') }),
  ])
  .nullable()
  .describe('what brings the payer to the partner; null for others than the payer, and once it is over');

export const paymentView = z.object({
  id: z.string(),
  paymentNo: z.string(),
  orderId: z.string(),
  user: z.object({ id: z.string(), name: z.string() }),
  method,
  scene: scene.nullable(),
  amount: yuan,
  returned: yuan.describe('yuan given back or on its way back'),
  state: z.enum(paymentStates).describe('`created`: the partner does not answer yet, ask again; `failed`, `closed`: try anew'),
  failure: z.string().nullable(),
  gatewayNo: z.string().nullable(),
  surplus: z.boolean().describe('it came too late or twice and goes back'),
  action,
  expiresAt: z.string(),
  paidAt: z.string().nullable(),
  createdAt: z.string(),
});
/** Answers to requests with a key are kept: without names. */
export const openedPayment = paymentView.omit({ user: true });
export const paymentsOfOrder = z.object({ items: z.array(paymentView) });

const period = { from: time.optional(), to: time.optional().describe('exclusive') };
export const query = paging.extend({
  ...period,
  sort: sortBy(['createdAt', 'amount'], '-createdAt'),
  method: method.optional(),
  state: z.enum(paymentStates).optional(),
  userId: id.optional(),
  orderId: id.optional(),
  paymentNo: z.string().trim().max(32).optional(),
  surplus: z.enum(['true', 'false']).optional(),
});
export const list = listOf(paymentView);

export const statisticsQuery = z.object(periodFields).refine(isForward, notForward);
export const statistics = z.object({
  items: z.array(
    z.object({
      period: z.string().describe('day or month of the clinic, `2026-11-26` or `2026-11`; of the attempt'),
      method,
      state: z.enum(paymentStates),
      count: z.int(),
      amount: yuan,
      returned: yuan,
    }),
  ),
});

export const methodList = z.object({
  items: z.array(z.object({ method, scenes: z.array(scene) })),
});

export const gatewayView = z.object({
  channel: z.enum(paymentChannels),
  enabled: z.boolean().describe('off: no new payments; those that are there go on'),
  configured: z.boolean(),
  usable: z.boolean().describe('false with `configured`: the stored keys cannot be read'),
  scenes: z.array(scene),
  appId: z.string().nullable(),
  merchant: z.string().nullable().describe('number of the merchant at the partner'),
  version: z.int().describe('0: never set'),
  updatedAt: z.string().nullable(),
});
export const gatewayList = z.object({ items: z.array(gatewayView) });
export const gatewayHistory = listOf(
  z.object({
    version: z.int(),
    enabled: z.boolean(),
    appId: z.string().nullable().describe('null: it stayed what it was'),
    merchant: z.string().nullable(),
    newKeys: z.boolean().describe('whether keys were given'),
    changedBy: z.string().nullable(),
    createdAt: z.string(),
  }),
);
export const gatewayChange = z
  .strictObject({
    enabled: z.boolean(),
    options: z
      .union([wechatOptions, wechatV2Options, alipayOptions])
      .optional()
      .describe('what the partner gave the merchant; stays as it is without. Never returned'),
    version: z.int().min(0).describe('the version that the change starts from'),
  })
  .meta({ examples: [{ enabled: true, version: 1 }] });
