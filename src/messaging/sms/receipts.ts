/**
 * What providers report of the messages that they took (NTF-05). Aliyun and Tencent Cloud do not sign their reports: the address that
 * they are given holds a key which nobody else knows. Twilio signs as well.
 */
import { z } from 'zod';
import { maskedPhone } from '../recipient.ts';

/** One message as its provider reports it: named by our id or the provider's. */
export interface Receipt {
  /** Our id of it; null: the provider does not know it. */
  readonly deliveryId: string | null;
  /** The provider's id of it; null: it names ours. */
  readonly providerId: string | null;
  /** Masked; null: it does not say. */
  readonly recipient: string | null;
  readonly delivered: boolean;
  /** The provider's code of why not. */
  readonly code: string | null;
}

export interface ReceiptRequest {
  /** As the bytes came. */
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Address that the provider was given. */
  readonly url: string;
}

/** Reads the reports of one provider. */
export interface ReceiptReader {
  /** @returns none for a step in between @throws {ReceiptRefused} */
  read(request: ReceiptRequest): Promise<Receipt[]>;
  /** What the provider wants to hear, so that it does not report again. */
  readonly taken: { contentType: 'application/json' | 'text/xml'; body: string };
}

/** Not from the provider, or not in its form. */
export class ReceiptRefused extends Error {
  override name = 'ReceiptRefused';
}

const text = z.string().max(255);

const aliyunReports = z.array(z.object({ biz_id: text, phone_number: text, success: z.boolean(), err_code: text.nullish() })).max(500);
const aliyun: ReceiptReader = {
  read: async ({ body }) =>
    parsed(aliyunReports, body).map(({ biz_id: providerId, phone_number: phone, success, err_code: code }) => ({
      ...{ deliveryId: null, providerId, recipient: maskedNumber(phone), delivered: success, code: success ? null : (code ?? 'failed') },
    })),
  taken: { contentType: 'application/json', body: '{"code":0,"msg":"ok"}' },
};

const tencentReports = z
  .array(z.object({ sid: text, nationcode: text, mobile: text, report_status: z.enum(['SUCCESS', 'FAIL']), errmsg: text.nullish() }))
  .max(500);
const tencent: ReceiptReader = {
  read: async ({ body }) =>
    parsed(tencentReports, body).map(({ sid: providerId, nationcode, mobile, report_status: status, errmsg }) => ({
      ...{ deliveryId: null, providerId, recipient: maskedPhone(`+${nationcode}${mobile}`), delivered: status === 'SUCCESS' },
      code: status === 'SUCCESS' ? null : (errmsg ?? 'failed'),
    })),
  taken: { contentType: 'application/json', body: '{"result":0,"errmsg":"OK"}' },
};

/** Steps on the way (`queued`, `sending`, `sent`) say nothing new. */
const TWILIO_ENDS = new Set(['delivered', 'undelivered', 'failed']);
const twilio = (authToken: string): ReceiptReader => ({
  async read({ body, headers, url }) {
    const form = new URLSearchParams(body.toString());
    const { default: twilioLibrary } = await import('twilio');
    const signature = String(headers['x-twilio-signature'] ?? '');
    if (!twilioLibrary.validateRequest(authToken, signature, url, Object.fromEntries(form))) throw new ReceiptRefused('signature');
    const [providerId, status = ''] = [form.get('MessageSid'), form.get('MessageStatus') ?? undefined];
    if (!providerId) throw new ReceiptRefused('form');
    if (!TWILIO_ENDS.has(status)) return [];
    const delivered = status === 'delivered';
    const to = form.get('To');
    const code = delivered ? null : (form.get('ErrorCode') ?? status);
    return [{ deliveryId: null, providerId, recipient: to && maskedNumber(to), delivered, code }];
  },
  taken: { contentType: 'text/xml', body: '<Response/>' },
});

/** @param provider as the configuration names it; null: it reports nothing @param secret that belongs to the account */
export function receiptReader(provider: string, secret: string): ReceiptReader | null {
  if (provider === 'sms-aliyun') return aliyun;
  if (provider === 'sms-tencent') return tencent;
  return provider === 'sms-twilio' ? twilio(secret) : null;
}

function parsed<T>(schema: z.ZodType<T>, body: Buffer): T {
  let json: unknown;
  try {
    json = JSON.parse(body.toString());
  } catch (cause) {
    throw new ReceiptRefused('form', { cause });
  }
  const result = schema.safeParse(json);
  if (!result.success) throw new ReceiptRefused('form');
  return result.data;
}

/** Aliyun writes numbers of the mainland without their country, others without the plus. */
function maskedNumber(phone: string): string {
  if (phone.startsWith('+')) return maskedPhone(phone);
  return maskedPhone(/^1\d{10}$/.test(phone) ? `+86${phone}` : `+${phone}`);
}
