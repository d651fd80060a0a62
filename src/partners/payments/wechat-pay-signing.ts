/** Signatures and encryption of WeChat Pay v3 from WeChat's side, written from its rules and not with the library that clients use. */
import { createCipheriv, createHash, type KeyObject, randomBytes, randomUUID } from 'node:crypto';
import type { SimulatedRequest } from '../http-simulator.ts';
import type { Notice } from './deliver.ts';
import { type KeyPair, signRsa, verifyRsa } from './rsa.ts';

/** A key that WeChat signs with. */
export interface PlatformKey extends KeyPair {
  serial: string;
}

export const newSerial = (): string => randomBytes(20).toString('hex').toUpperCase();

const nowSeconds = (): number => Math.floor(Date.now() / 1_000);

const TOKEN = /^WECHATPAY2-SHA256-RSA2048 mchid="([^"]+)",serial_no="([^"]+)",timestamp="(\d+)",nonce_str="([^"]+)",signature="([^"]+)"$/;
const MAX_SKEW_S = 300;

/** Checks requests of one merchant, each of which may come once. */
export function createRequestCheck(merchantId: string, serial: string, key: KeyObject): (request: SimulatedRequest) => boolean {
  const seen = new Set<string>();
  return ({ method, url, headers, body }) => {
    const [match, mchid, serialNo, timestamp = '', nonce = '', signature = ''] = TOKEN.exec(headers['authorization'] ?? '') ?? [];
    if (!match || mchid !== merchantId || serialNo !== serial || seen.has(nonce)) return false;
    if (Math.abs(nowSeconds() - Number(timestamp)) > MAX_SKEW_S) return false;
    const text = `${method}\n${url.pathname}${url.search}\n${timestamp}\n${nonce}\n${body.toString()}\n`;
    if (!verifyRsa(text, signature, key)) return false;
    seen.add(nonce);
    return true;
  };
}

/** What a test makes wrong in an otherwise good notice; everything is signed as it then is. */
export interface Forgery {
  /** Signed at this time, in seconds. */
  at?: number;
  /** Signed with this key, named by its serial. */
  by?: PlatformKey;
  /** Put over the fields of the encrypted part. */
  resource?: object;
  /** Encrypted with other associated data than the body says. */
  associatedData?: string;
  eventType?: string;
}

/** Headers of an answer or a notice. @param probe as WeChat tests that somebody looks */
export function signedHeaders(body: string, key: PlatformKey, { at = nowSeconds(), probe = false } = {}): Record<string, string> {
  const nonce = randomBytes(16).toString('hex');
  const signature = signRsa(`${at}\n${nonce}\n${body}\n`, key.privateKey);
  return {
    'content-type': 'application/json; charset=utf-8',
    'wechatpay-timestamp': String(at),
    'wechatpay-nonce': nonce,
    'wechatpay-serial': key.serial,
    'wechatpay-signature': probe ? `WECHATPAY/SIGNTEST/${signature.slice(19)}` : signature,
    'wechatpay-signature-type': 'WECHATPAY2-SHA256-RSA2048',
  };
}

/** A notice as it goes over the wire. The same event has the same id whenever it is sent. */
export function signedNotice(
  eventType: string,
  kind: string,
  resource: object,
  apiV3Key: string,
  key: PlatformKey,
  forgery: Forgery = {},
): Notice {
  const nonce = randomUUID().slice(0, 12);
  const text = JSON.stringify({ ...resource, ...forgery.resource });
  const cipher = createCipheriv('aes-256-gcm', apiV3Key, nonce).setAAD(Buffer.from(forgery.associatedData ?? kind));
  const ciphertext = Buffer.concat([cipher.update(text), cipher.final(), cipher.getAuthTag()]).toString('base64');
  const body = JSON.stringify({
    id: createHash('sha256').update(text).digest('hex').slice(0, 32),
    create_time: new Date().toISOString(),
    resource_type: 'encrypt-resource',
    event_type: forgery.eventType ?? eventType,
    summary: '',
    resource: { original_type: kind, algorithm: 'AEAD_AES_256_GCM', ciphertext, associated_data: kind, nonce },
  });
  return { headers: signedHeaders(body, forgery.by ?? key, forgery.at === undefined ? {} : { at: forgery.at }), body };
}
