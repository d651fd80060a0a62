/** Signed XML, as version 2 of WeChat Pay speaks it: flat documents, signed by a shared key. */
import { Decorator, Hash, Transformer } from 'wechatpay-axios-plugin';
import { z } from 'zod';
import type { PartnerError } from '#src/partners/partner-error.ts';
import { type Attempt, clientFault, declined, type Effect, postponed, unsettled } from './faults.ts';

/** MD5 is what the partner's rule began with; it is weak, so HMAC-SHA256 should be chosen where it can be. */
export type SignType = 'MD5' | 'HMAC-SHA256';

export interface WechatXmlOptions {
  appId: string;
  merchantId: string;
  /** The API key of 32 characters. */
  apiKey: string;
  /** `MD5` by default. With `HMAC-SHA256` an MD5 signature of the partner is refused. */
  signType?: SignType | undefined;
  /** The merchant's own certificate: refunds are refused without it at the real address. */
  certificate?: { cert: string; key: string } | { pfx: Buffer; passphrase: string } | undefined;
  /** Another address than WeChat's. */
  baseUrl?: string | undefined;
  timeoutMs?: number | undefined;
}

export type Fields = Record<string, string>;

const TIMEOUT_MS = 5_000;
const MAX_ANSWER_BYTES = 1 << 20;
/** Anything declared, entities first; a document of WeChat has CDATA and no other `<!`. */
const DECLARATION = /<!(?!\[CDATA\[)|<\?xml-/;
const fields = z.record(z.string(), z.string());
/** The outcome is not known after these, whatever the status says. */
const UNSETTLED = new Set(['SYSTEMERROR', 'SYSTEM_ERROR', 'BIZERR_NEED_RETRY', 'BANKERROR', 'ORDER_NOT_READY']);
const BUSY = new Set(['FREQUENCY_LIMITED', 'FREQ_LIMIT']);

export const signTypeOf = ({ signType = 'MD5' }: WechatXmlOptions): SignType => signType;

/** @returns the fields of a flat document; null for another one, for entities and for fields that come twice */
export function parseXml(xml: string): Fields | null {
  if (DECLARATION.test(xml)) return null;
  try {
    return fields.safeParse(Transformer.toObject(xml)).data ?? null;
  } catch {
    return null;
  }
}

/** Whether the fields are signed by the shared key, in the one way that was chosen. */
export function isSigned(document: Fields, options: WechatXmlOptions): boolean {
  return Hash.equals(Hash.sign(signTypeOf(options), document, options.apiKey), document['sign']);
}

/** What an XML document cannot carry, or what would end its CDATA, is left out. */
export const plain = (text: string): string => text.replaceAll(']]>', '').replace(/[\p{Cc}\p{Cs}]/gu, '');

/**
 * A signed request. @returns the fields of an answer whose signature held and that is for us
 * @throws {PartnerError} with the partner's `err_code`
 */
export type XmlCall = (effect: Effect, path: string, document: Fields) => Promise<Fields>;

/** @throws {Error} the key has another length: the library would sign with none */
export function createXmlCall(options: WechatXmlOptions): XmlCall {
  const { appId: appid, merchantId: mch_id, apiKey, baseUrl, certificate, timeoutMs = TIMEOUT_MS } = options;
  if (Buffer.byteLength(apiKey) !== 32) throw new Error('The API key has 32 bytes');
  const client = Decorator.xmlBased({
    ...{ mchid: mch_id, secret: apiKey, ...(certificate && { merchant: certificate }) },
    ...{ ...(baseUrl && { baseURL: baseUrl }), maxRedirects: 0, maxContentLength: MAX_ANSWER_BYTES },
  });
  // The library's parser expands entities.
  client.defaults.transformResponse = [refuseDeclarations, ...[client.defaults.transformResponse ?? []].flat()];
  return async (effect, path, document) => {
    const data = { appid, mch_id, sign_type: signTypeOf(options), ...document };
    // Paths under /secapi/ want the certificate; without one the library sends none.
    const request = { method: 'post', url: path, data, signal: AbortSignal.timeout(timeoutMs), security: path.startsWith('/secapi/') };
    const answer = await client.request<unknown>(request).catch((error: unknown) => {
      throw xmlFault({ channel: 'wechat_v2', effect }, error, options);
    });
    const { data: read } = fields.safeParse(answer.data);
    if (!read || !isSigned(read, options) || read['mch_id'] !== mch_id || read['appid'] !== appid)
      throw unsettled({ channel: 'wechat_v2', effect }, 'unverified_answer');
    return read;
  };
}

function refuseDeclarations(data: unknown): unknown {
  if (typeof data === 'string' && DECLARATION.test(data))
    throw Object.assign(new Error('Declarations in an answer'), { code: 'EV2_DECLARATION' });
  return data;
}

function xmlFault(attempt: Attempt, error: unknown, options: WechatXmlOptions): PartnerError {
  const { code, response } = error as { code?: string; response?: { data: unknown } };
  if (code !== 'EV2_RES_STATUS_CODE_NOT_SUCESS') return clientFault(attempt, error, () => ({}));
  // The library has not checked the signature of a refusal.
  const document = fields.safeParse(response?.data).data ?? {};
  const { return_code, return_msg, err_code = '', err_code_des } = document;
  // Refusals of the request itself (wrong signature, unknown merchant) are not signed.
  if (return_code === 'FAIL') return declined(attempt, 'FAIL', return_msg);
  if (!isSigned(document, options) || document['mch_id'] !== options.merchantId) return unsettled(attempt, 'unverified_answer');
  if (BUSY.has(err_code)) return postponed(attempt, err_code, err_code_des);
  return UNSETTLED.has(err_code) ? unsettled(attempt, err_code, err_code_des) : declined(attempt, err_code, err_code_des);
}
