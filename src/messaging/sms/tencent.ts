/** Text messages through Tencent Cloud. Its library signs the requests (TC3-HMAC-SHA256). */
import { sms } from 'tencentcloud-sdk-nodejs-sms';
import { PartnerError } from '#src/partners/partner-error.ts';
import { badAnswer, type SmsProvider } from './provider.ts';

export interface TencentSmsOptions {
  secretId: string;
  secretKey: string;
  /** Number of the application in the console of the service. */
  sdkAppId: string;
  /** Name of the sender that Tencent Cloud has approved. */
  signName: string;
  region?: string;
  /** Base address of another service that speaks the same protocol, for example `http://127.0.0.1:4002`. */
  baseUrl?: string;
}

const NAME = 'sms-tencent';
const TIMEOUT_SECONDS = 5;
/** Codes of faults that pass by themselves; limits for a day are none of them. */
const PASSING = /^(InternalError|RequestLimitExceeded|ResourceUnavailable|ServiceUnavailable)/;
/** Limits for one phone number that pass soon. */
const NUMBER_LIMIT = /^LimitExceeded\.PhoneNumber(ThirtySecond|OneHour)Limit$/;

export function createTencentSms(options: TencentSmsOptions): SmsProvider {
  const { secretId, secretKey, sdkAppId, signName, region = 'ap-guangzhou', baseUrl } = options;
  const { host, protocol } = new URL(baseUrl ?? 'https://sms.tencentcloudapi.com');
  const client = new sms.v20210111.Client({
    credential: { secretId, secretKey },
    region,
    profile: { httpProfile: { endpoint: host, protocol: `${protocol}//`, reqTimeout: TIMEOUT_SECONDS } },
  });

  return {
    name: NAME,
    needsTemplates: true,
    async deliver({ phone, templateId, parameters }) {
      const request = {
        PhoneNumberSet: [phone],
        SmsSdkAppId: sdkAppId,
        TemplateId: templateId ?? '',
        SignName: signName,
        TemplateParamSet: parameters.map(([, value]) => value),
      };
      const answer = await client.SendSms(request).catch((error: unknown) => {
        throw faultOf(error);
      });
      const [status] = answer.SendStatusSet ?? [];
      if (status?.Code === 'Ok' && status.SerialNo) return status.SerialNo;
      throw refusal(status?.Code);
    },
  };
}

function refusal(code: string | undefined): PartnerError {
  if (!code) return new PartnerError(NAME, 'unavailable', { reason: 'no_answer', maybeDone: true });
  if (NUMBER_LIMIT.test(code)) return new PartnerError(NAME, 'unavailable', { reason: code, onlyThisCall: true, retryAfter: 60 });
  return new PartnerError(NAME, PASSING.test(code) ? 'unavailable' : 'refused', { reason: code });
}

/** The library gives refusals a code, bad answers a status, and of faults of the network only a sentence with the address. */
function faultOf(error: unknown): PartnerError {
  const { code, httpCode, message } = error as { code?: string; httpCode?: number; message?: string };
  if (code) return refusal(code);
  if (httpCode) return badAnswer(NAME, httpCode);
  const reason = /\b(E[A-Z_]{4,})\b/.exec(message ?? '')?.[1] ?? (message?.includes('timeout') ? 'timeout' : 'network');
  return new PartnerError(NAME, 'unavailable', { reason, maybeDone: !['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(reason) });
}
