/** Text messages through Twilio, which takes whole texts. */
import twilio from 'twilio';
import { PartnerError } from '#src/partners/partner-error.ts';
import { badAnswer, type SmsProvider } from './provider.ts';

export interface TwilioSmsOptions {
  accountSid: string;
  authToken: string;
  /** A number of ours in E.164, or the id of a messaging service (`MG…`). */
  from: string;
  /** Name of the clinic; stands before the text. */
  signature: string;
  /** Where Twilio reports what became of a message; without it nothing is reported. */
  statusCallback?: string;
  /** Base address of another service that speaks the same protocol, for example `http://127.0.0.1:4003`. */
  baseUrl?: string;
}

const NAME = 'sms-twilio';
const TIMEOUT_MS = 5_000;

export function createTwilioSms({ accountSid, authToken, from, signature, statusCallback, baseUrl }: TwilioSmsOptions): SmsProvider {
  const client = twilio(accountSid, authToken, { timeout: TIMEOUT_MS });
  if (baseUrl) client.api.baseUrl = baseUrl;
  const reported = statusCallback ? { statusCallback } : {};
  const sender = from.startsWith('MG') ? { messagingServiceSid: from } : { from };

  return {
    name: NAME,
    needsTemplates: false,
    async deliver({ phone, text }) {
      const message = await client.messages
        .create({ to: phone, body: `【${signature}】${text}`, ...sender, ...reported })
        .catch((error: unknown) => {
          throw faultOf(error);
        });
      if (!message.sid) throw new PartnerError(NAME, 'unavailable', { reason: 'no_answer', maybeDone: true });
      return message.sid;
    },
  };
}

/** The library throws answers of 400 and more with status and a number; all else passes as it is. */
function faultOf(error: unknown): unknown {
  const { status, code } = error as { status?: number; code?: unknown };
  if (typeof status !== 'number') return error;
  return badAnswer(NAME, status, typeof code === 'number' ? String(code) : undefined);
}
