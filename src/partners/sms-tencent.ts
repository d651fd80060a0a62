/**
 * Simulator of Tencent Cloud's short message service (SendSms 2021-01-11). Checks signatures as Tencent Cloud documents
 * them, "Signature method v3" (TC3-HMAC-SHA256), and shares no code with its library.
 */
import { createHash, createHmac, randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type SimulatedAnswer, type SimulatedRequest, startHttpSimulator } from './http-simulator.ts';
import { sameText } from './same-text.ts';
import { type ApprovedTemplates, createSmsInbox, type ReportedOutcome, type SmsInbox, type SmsSimulator } from './sms-inbox.ts';

export interface TencentSmsSettings {
  secretId: string;
  secretKey: string;
  sdkAppId: string;
  signName: string;
  /** Texts with `{1}`, `{2}`, … */
  templates: ApprovedTemplates;
}

const ALGORITHM = 'TC3-HMAC-SHA256';
const MAX_SKEW_SECONDS = 300;

const message = z.object({
  PhoneNumberSet: z.array(z.string()).length(1),
  SmsSdkAppId: z.string(),
  TemplateId: z.string(),
  SignName: z.string().optional(),
  TemplateParamSet: z.array(z.string()).default([]),
});

const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string) => createHmac('sha256', key).update(data).digest();

export async function startTencentSms(settings: TencentSmsSettings): Promise<SmsSimulator> {
  const inbox = createSmsInbox();
  const simulator = await startHttpSimulator((request) => {
    const fault = signatureFault(request, settings) ?? callFault(request);
    return fault ? failure(fault) : sendSms(request.body, settings, inbox);
  });
  return { ...simulator, inbox: inbox.all, refuseNext: inbox.refuseNext, report: (id, outcome, url) => report(inbox, id, outcome, url) };
}

/** "SMS sending status notification": a list in JSON, without a signature. */
async function report(inbox: SmsInbox, id: string, outcome: ReportedOutcome, url = '') {
  const to = inbox.all().find((sent) => sent.id === id)?.to ?? '+8613000000000';
  const entry = {
    ...{ user_receive_time: new Date().toISOString().slice(0, 19).replace('T', ' '), nationcode: '86', mobile: to.replace(/^\+86/, '') },
    ...{ report_status: outcome.delivered ? 'SUCCESS' : 'FAIL', errmsg: outcome.delivered ? 'DELIVRD' : outcome.code },
    ...{ description: '', sid: id },
  };
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify([entry]) });
  return { status: answer.status, taken: answer.ok && ((await answer.json()) as { result: unknown }).result === 0 };
}

/** The code of what is wrong with the signature. */
function signatureFault({ method, url, headers, body }: SimulatedRequest, settings: TencentSmsSettings): string | null {
  const pattern = /^TC3-HMAC-SHA256 Credential=([^/]+)\/([^/]+)\/([^/]+)\/tc3_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;
  const [, secretId, date = '', service = '', signed = '', signature = ''] = pattern.exec(headers['authorization'] ?? '') ?? [];
  const names = signed.split(';');
  if (!names.includes('host') || !names.includes('content-type')) return 'AuthFailure.InvalidAuthorization';
  if (secretId !== settings.secretId) return 'AuthFailure.SecretIdNotFound';
  const timestamp = Number(headers['x-tc-timestamp']);
  if (!(Math.abs(Date.now() / 1_000 - timestamp) <= MAX_SKEW_SECONDS)) return 'AuthFailure.SignatureExpire';
  if (date !== new Date(timestamp * 1_000).toISOString().slice(0, 10)) return 'AuthFailure.SignatureFailure';
  // The first label of the host names the service, which is `sms` at Tencent Cloud. The library signs hosts without port.
  const host = (headers['host'] ?? '').split(':', 1)[0] ?? '';
  if (service !== host.split('.', 1)[0]) return 'AuthFailure.SignatureFailure';
  const signedHeaders = names.map((name) => `${name}:${name === 'host' ? host : (headers[name] ?? '').trim()}\n`).join('');
  const canonical = [method, url.pathname, url.search.slice(1), signedHeaders, signed, sha256(body)].join('\n');
  const toSign = [ALGORITHM, timestamp, `${date}/${service}/tc3_request`, sha256(canonical)].join('\n');
  const key = hmac(hmac(hmac(`TC3${settings.secretKey}`, date), service), 'tc3_request');
  return sameText(signature, hmac(key, toSign).toString('hex')) ? null : 'AuthFailure.SignatureFailure';
}

function callFault({ headers }: SimulatedRequest): string | null {
  if (!headers['x-tc-region']) return 'MissingParameter';
  if (headers['x-tc-version'] !== '2021-01-11') return 'NoSuchVersion';
  return headers['x-tc-action'] === 'SendSms' ? null : 'InvalidAction';
}

const answer = (fields: object): SimulatedAnswer => ({ body: { Response: { ...fields, RequestId: randomUUID() } } });
/** Tencent Cloud answers every fault with status 200. */
const failure = (Code: string) => answer({ Error: { Code, Message: `Refused: ${Code}` } });

function sendSms(body: Buffer, settings: TencentSmsSettings, inbox: SmsInbox): SimulatedAnswer {
  const parsed = message.safeParse(JSON.parse(body.toString()));
  if (!parsed.success) return failure('InvalidParameter');
  const { PhoneNumberSet, SmsSdkAppId, TemplateId, SignName, TemplateParamSet } = parsed.data;
  if (SmsSdkAppId !== settings.sdkAppId) return failure('UnauthorizedOperation.SmsSdkAppIdVerifyFail');
  const [to = ''] = PhoneNumberSet;
  const status = (Code: string, SerialNo: string) =>
    answer({
      SendStatusSet: [{ SerialNo, PhoneNumber: to, Fee: SerialNo ? 1 : 0, SessionContext: '', Code, Message: Code, IsoCode: 'CN' }],
    });

  const refused = inbox.refusal();
  if (refused) return status(refused, '');
  if (!/^\+[1-9]\d{6,14}$/.test(to)) return status('InvalidParameterValue.IncorrectPhoneNumber', '');
  if (SignName !== settings.signName) return status('FailedOperation.SignatureIncorrectOrUnapproved', '');
  const text = settings.templates[TemplateId];
  if (text === undefined) return status('FailedOperation.TemplateIncorrectOrUnapproved', '');
  const wanted = new Set(text.match(/\{\d+\}/g)).size;
  if (TemplateParamSet.length !== wanted) return status('FailedOperation.TemplateParamSetNotMatchApprovedTemplate', '');
  const id = `2640:${Date.now()}${inbox.all().length}`;
  const parameters = Object.fromEntries(TemplateParamSet.map((value, index) => [String(index + 1), value]));
  const filled = text.replace(/\{(\d+)\}/g, (_, position: string) => parameters[position] ?? '');
  inbox.add({ to, id, text: `【${SignName}】${filled}`, template: TemplateId, parameters });
  return status('Ok', id);
}
