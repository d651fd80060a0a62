/** Simulator of Twilio's message resource (2010-04-01): basic authentication, form in, JSON out. */
import { createHmac, randomBytes } from 'node:crypto';
import { type SimulatedAnswer, startHttpSimulator } from './http-simulator.ts';
import { sameText } from './same-text.ts';
import { createSmsInbox, type SmsInbox, type SmsSimulator } from './sms-inbox.ts';

export interface TwilioSettings {
  accountSid: string;
  authToken: string;
  /** Numbers and messaging services that the account may send from. */
  senders: readonly string[];
}

export async function startTwilioSms({ accountSid, authToken, senders }: TwilioSettings): Promise<SmsSimulator> {
  const inbox = createSmsInbox();
  /** Where to report, by the id of the message. */
  const callbacks = new Map<string, string>();
  const credentials = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
  const simulator = await startHttpSimulator(({ method, url, headers, body }) => {
    if (!sameText(headers['authorization'] ?? '', credentials)) return failure(401, 20_003, 'Authenticate');
    const known = method === 'POST' && url.pathname === `/2010-04-01/Accounts/${accountSid}/Messages.json`;
    if (!known) return failure(404, 20_404, 'The requested resource was not found');
    return sendMessage(new URLSearchParams(body.toString()), { accountSid, authToken, senders }, inbox, callbacks);
  });
  return {
    ...simulator,
    inbox: inbox.all,
    refuseNext: inbox.refuseNext,
    async report(id, outcome, url = callbacks.get(id) ?? '') {
      const to = inbox.all().find((message) => message.id === id)?.to ?? '';
      const failure = outcome.delivered ? {} : { ErrorCode: outcome.code };
      const status = outcome.delivered ? 'delivered' : 'undelivered';
      const fields = { MessageSid: id, SmsSid: id, AccountSid: accountSid, MessageStatus: status, SmsStatus: status, To: to, ...failure };
      // The address, then names and values in the order of the names.
      const signed = Object.entries(fields).toSorted(([a], [b]) => (a < b ? -1 : 1));
      const signature = createHmac('sha1', authToken)
        .update(`${url}${signed.flat().join('')}`)
        .digest('base64');
      const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature };
      const answer = await fetch(url, { method: 'POST', headers, body: new URLSearchParams(fields).toString() });
      return { status: answer.status, taken: answer.ok };
    },
  };
}

const failure = (status: number, code: number, message: string): SimulatedAnswer => ({
  status,
  body: { code, message, more_info: `https://www.twilio.com/docs/errors/${code}`, status },
});

function sendMessage(
  form: URLSearchParams,
  { accountSid, senders }: TwilioSettings,
  inbox: SmsInbox,
  callbacks: Map<string, string>,
): SimulatedAnswer {
  const to = form.get('To') ?? '';
  const text = form.get('Body') ?? '';
  const from = form.get('From') ?? form.get('MessagingServiceSid') ?? '';
  const refused = inbox.refusal();
  if (refused) return failure(400, Number(refused), 'Refused');
  // Its sentences quote what they refuse.
  if (!/^\+[1-9]\d{6,14}$/.test(to)) return failure(400, 21_211, `The 'To' number ${to} is not a valid phone number.`);
  if (!senders.includes(from))
    return failure(400, 21_606, `The 'From' phone number provided (${from}) is not a valid message-capable number.`);
  if (text === '') return failure(400, 21_602, 'Message body is required.');
  const id = `SM${randomBytes(16).toString('hex')}`;
  inbox.add({ to, id, text, template: null, parameters: {} });
  const callback = form.get('StatusCallback');
  if (callback) callbacks.set(id, callback);
  const now = new Date().toUTCString();
  const created = { sid: id, account_sid: accountSid, to, from, body: text, status: 'queued', direction: 'outbound-api' };
  return { status: 201, body: { ...created, date_created: now, date_updated: now, date_sent: null, error_code: null, num_segments: '1' } };
}
