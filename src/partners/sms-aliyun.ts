/**
 * Simulator of Aliyun's short message service (dysmsapi, SendSms 2017-05-25). Checks signatures as Aliyun documents them
 * for version 3 of its request syntax, "V3 request structure and signature", and shares no code with its library.
 */
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { type SimulatedAnswer, type SimulatedRequest, startHttpSimulator } from './http-simulator.ts';
import { sameText } from './same-text.ts';
import { type ApprovedTemplates, createSmsInbox, type ReportedOutcome, type SmsInbox, type SmsSimulator } from './sms-inbox.ts';

export interface AliyunSmsSettings {
  accessKeyId: string;
  accessKeySecret: string;
  signName: string;
  /** Texts with `${name}`. */
  templates: ApprovedTemplates;
}

const ALGORITHM = 'ACS3-HMAC-SHA256';
const MUST_BE_SIGNED = ['host', 'x-acs-action', 'x-acs-content-sha256', 'x-acs-date', 'x-acs-signature-nonce', 'x-acs-version'];
const MAX_SKEW_MS = 15 * 60_000;

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
/** RFC 3986, which `encodeURIComponent` misses by five characters. */
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);

export async function startAliyunSms(settings: AliyunSmsSettings): Promise<SmsSimulator> {
  const inbox = createSmsInbox();
  const nonces = new Set<string>();

  const simulator = await startHttpSimulator((request) => {
    const fault = signatureFault(request, settings, nonces) ?? callFault(request);
    if (fault) return failure(...fault);
    return sendSms(Object.fromEntries(request.url.searchParams), settings, inbox);
  });
  return { ...simulator, inbox: inbox.all, refuseNext: inbox.refuseNext, report: (id, outcome, url) => report(inbox, id, outcome, url) };
}

/** "HTTP batch push": a list in JSON, without a signature. */
async function report(inbox: SmsInbox, id: string, outcome: ReportedOutcome, url = '') {
  const message = inbox.all().find((sent) => sent.id === id);
  const time = new Date().toISOString().slice(0, 19).replace('T', ' ');
  const entry = {
    ...{ phone_number: message?.to ?? '13000000000', send_time: time, report_time: time, success: outcome.delivered },
    ...{ err_code: outcome.delivered ? 'DELIVERED' : outcome.code, err_msg: '', sms_size: '1', biz_id: id, out_id: '' },
  };
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify([entry]) });
  return { status: answer.status, taken: answer.ok && ((await answer.json()) as { code: unknown }).code === 0 };
}

type Fault = [status: number, code: string];

function signatureFault(request: SimulatedRequest, settings: AliyunSmsSettings, nonces: Set<string>): Fault | null {
  const { headers, body } = request;
  const match = /^(\S+) Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})$/.exec(headers['authorization'] ?? '');
  const [, algorithm, keyId, signed = '', signature = ''] = match ?? [];
  const names = signed.split(';');
  if (algorithm !== ALGORITHM || MUST_BE_SIGNED.some((name) => !names.includes(name))) return [400, 'IncompleteSignature'];
  if (keyId !== settings.accessKeyId) return [404, 'InvalidAccessKeyId.NotFound'];
  const skew = Math.abs(Date.now() - Date.parse(headers['x-acs-date'] ?? ''));
  if (!(skew <= MAX_SKEW_MS)) return [400, 'InvalidTimeStamp.Expired'];
  if (headers['x-acs-content-sha256'] !== sha256(body)) return [400, 'SignatureDoesNotMatch'];
  const canonical = [
    request.method,
    request.url.pathname,
    canonicalQuery(request.url),
    ...names.map((name) => `${name}:${(headers[name] ?? '').trim()}`),
    '',
    signed,
    sha256(body),
  ].join('\n');
  const expected = createHmac('sha256', settings.accessKeySecret)
    .update(`${ALGORITHM}\n${sha256(canonical)}`)
    .digest('hex');
  if (!sameText(signature, expected)) return [400, 'SignatureDoesNotMatch'];
  const nonce = headers['x-acs-signature-nonce'] ?? '';
  if (nonces.has(nonce)) return [400, 'SignatureNonceUsed'];
  nonces.add(nonce);
  return null;
}

const canonicalQuery = (url: URL) =>
  [...url.searchParams]
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map((pair) => pair.join('='))
    .join('&');

function callFault({ method, headers }: SimulatedRequest): Fault | null {
  if (headers['x-acs-version'] !== '2017-05-25') return [404, 'InvalidVersion'];
  return headers['x-acs-action'] === 'SendSms' && method === 'POST' ? null : [404, 'InvalidAction.NotFound'];
}

const failure = (status: number, Code: string): SimulatedAnswer => ({
  status,
  body: { RequestId: randomUUID().toUpperCase(), Message: `Refused: ${Code}`, Code },
});

/** Faults of the message itself come with status 200. */
function sendSms(query: Record<string, string>, settings: AliyunSmsSettings, inbox: SmsInbox): SimulatedAnswer {
  const { PhoneNumbers: to = '', SignName, TemplateCode: template = '', TemplateParam = '{}' } = query;
  const refused = inbox.refusal();
  if (refused) return failure(200, refused);
  // Mainland numbers may carry a prefix, others begin with their country's number.
  if (!/^(?:\+86|0086|86)?1\d{10}$|^(?!86)[1-9]\d{7,14}$/.test(to)) return failure(200, 'isv.MOBILE_NUMBER_ILLEGAL');
  if (SignName !== settings.signName) return failure(200, 'isv.SMS_SIGNATURE_ILLEGAL');
  const text = settings.templates[template];
  if (text === undefined) return failure(200, 'isv.SMS_TEMPLATE_ILLEGAL');
  const parameters = parametersOf(TemplateParam);
  if (!parameters) return failure(200, 'isv.INVALID_JSON_PARAM');
  const names = [...text.matchAll(/\$\{(\w+)\}/g)].map(([, name = '']) => name);
  if (names.some((name) => !parameters[name])) return failure(200, 'isv.TEMPLATE_MISSING_PARAMETERS');
  const id = `${Date.now()}^${inbox.all().length}`;
  const filled = text.replace(/\$\{(\w+)\}/g, (_, name: string) => parameters[name] ?? '');
  inbox.add({ to, id, text: `【${SignName}】${filled}`, template, parameters });
  return { body: { RequestId: randomUUID().toUpperCase(), Message: 'OK', BizId: id, Code: 'OK' } };
}

function parametersOf(json: string): Record<string, string> | null {
  try {
    const entries = Object.entries(JSON.parse(json) as object);
    return Object.fromEntries(entries.map(([name, value]) => [name, String(value)]));
  } catch {
    return null;
  }
}
