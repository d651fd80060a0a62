/** Text messages through Aliyun (dysmsapi). Its library signs the requests (ACS3-HMAC-SHA256). */
import Dysmsapi, { SendSmsRequest } from '@alicloud/dysmsapi20170525';
import { $OpenApiUtil } from '@alicloud/openapi-core';
import { PartnerError } from '#src/partners/partner-error.ts';
import { badAnswer, type SmsProvider } from './provider.ts';

export interface AliyunSmsOptions {
  accessKeyId: string;
  accessKeySecret: string;
  /** Name of the sender that Aliyun has approved; it stands before the text. */
  signName: string;
  /** Base address of another service that speaks the same protocol, for example `http://127.0.0.1:4001`. */
  baseUrl?: string;
}

const NAME = 'sms-aliyun';
/** Milliseconds to connect, and to be answered. */
const TIMEOUT_MS = 5_000;

export function createAliyunSms({ accessKeyId, accessKeySecret, signName, baseUrl }: AliyunSmsOptions): SmsProvider {
  const { host, protocol } = new URL(baseUrl ?? 'https://dysmsapi.aliyuncs.com');
  const config = { endpoint: host, protocol: protocol.slice(0, -1), readTimeout: TIMEOUT_MS, connectTimeout: TIMEOUT_MS };
  const client = new Dysmsapi.default(new $OpenApiUtil.Config({ accessKeyId, accessKeySecret, ...config }));

  return {
    name: NAME,
    needsTemplates: true,
    async deliver({ phone, templateId, parameters }) {
      const request = new SendSmsRequest({
        // Numbers of the mainland are written without their country's number, others without the plus.
        phoneNumbers: phone.replace(/^\+(86)?/, ''),
        signName,
        templateCode: templateId,
        templateParam: JSON.stringify(Object.fromEntries(parameters)),
      });
      const { body } = await client.sendSms(request).catch((error: unknown) => {
        throw faultOf(error);
      });
      if (body?.code === 'OK' && body.bizId) return body.bizId;
      const reason = body?.code ?? 'no_answer';
      // So many messages a minute, hour and day for one number.
      if (reason === 'isv.BUSINESS_LIMIT_CONTROL')
        throw new PartnerError(NAME, 'unavailable', { reason, onlyThisCall: true, retryAfter: 60 });
      // `isv` is our fault, `isp` is theirs.
      const theirs = reason.startsWith('isp.') && reason !== 'isp.RAM_PERMISSION_DENY';
      throw new PartnerError(NAME, theirs || !body?.code ? 'unavailable' : 'refused', { reason, maybeDone: !body?.code });
    },
  };
}

/** The library throws an answer with an HTTP status of 400 or more, with code and status; all else passes as it is. */
function faultOf(error: unknown): unknown {
  const { statusCode, code, retryAfter } = error as { statusCode?: number; code?: string; retryAfter?: number };
  if (typeof statusCode !== 'number') return error;
  const known = code && code !== 'undefined' ? code : undefined;
  const wait = retryAfter === undefined ? undefined : Math.ceil(retryAfter / 1_000);
  if (known?.startsWith('Throttling')) return new PartnerError(NAME, 'unavailable', { reason: known, retryAfter: wait });
  return badAnswer(NAME, statusCode, known);
}
