/** Mail over SMTP. */
import { createTransport } from 'nodemailer';
import { z } from 'zod';
import type { Breaker } from '#src/partners/breaker.ts';
import { networkFault, PartnerError } from '#src/partners/partner-error.ts';

export interface MailOptions {
  /** `smtp://host:587` (STARTTLS when offered) or `smtps://host:465`; may hold user and password. */
  url: string;
  /** Where the address does not hold them. */
  login?: { user: string; password: string };
  /** Address in the `From` header, with or without a name: `Clinic <no-reply@clinic.example>`. */
  from: string;
  /** Refuse to send without TLS. Default: unless the server is on this machine. */
  requireTls?: boolean;
  /** Ask for a report of every mail that arrives too, not only of those that do not (RFC 3461). Default: no. */
  reports?: boolean;
}

export interface Attachment {
  filename: string;
  content: string | Buffer;
  contentType: string;
}

export interface Mail {
  /** One address. */
  to: string;
  subject: string;
  text: string;
  html: string;
  attachments?: readonly Attachment[];
  /** An invitation, shown as one by mail programs that can: iCalendar text, whose METHOD is repeated here. */
  calendar?: { method: 'PUBLISH' | 'REQUEST' | 'CANCEL'; content: string };
  /** The same for every try of one message: mail programs show a message with an id that they have only once. */
  id?: string;
}

export interface Mailer {
  /** @returns the id of the message @throws {PartnerError} `refused`: also an address that is none; `unavailable` */
  send(mail: Mail): Promise<{ providerId: string }>;
  /** Closes idle connections. */
  close(): void;
}

const NAME = 'smtp';
/** Milliseconds of silence, at any stage. */
const SILENCE_MS = 8_000;
const address = z.email().max(254);
const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

export function createMailer({ url, login, from, requireTls, reports = false }: MailOptions, breaker: Breaker): Mailer {
  const { hostname, protocol } = new URL(url);
  const transport = createTransport(
    {
      url,
      ...(login && { auth: { user: login.user, pass: login.password } }),
      pool: true,
      maxConnections: 2,
      // A message whose connection broke may have arrived: repeating it is for the caller to decide.
      maxRequeues: 0,
      // Below the patience of the usual servers, so that they seldom close a connection that a message is given to.
      idleTimeout: 20_000,
      requireTLS: protocol === 'smtp:' && (requireTls ?? !LOOPBACK.has(hostname)),
      connectionTimeout: SILENCE_MS,
      greetingTimeout: SILENCE_MS,
      socketTimeout: SILENCE_MS,
      // Contents are given, never fetched: a path or an address in a message must not become an attachment.
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from },
  );

  return {
    async send({ to, subject, text, html, attachments = [], calendar, id }) {
      if (!address.safeParse(to).success) throw new PartnerError(NAME, 'refused', { reason: 'invalid_address' });
      const message = {
        // As an object it stays one address, whatever signs it has.
        to: { name: '', address: to },
        subject,
        text,
        html,
        attachments: [...attachments],
        ...(calendar && { icalEvent: { method: calendar.method, content: calendar.content } }),
        ...(id && {
          // Of servers that can. Reports name the mail by our id, and hold nothing of its text.
          dsn: {
            ret: 'HDRS' as const,
            envid: id,
            notify: reports ? ['SUCCESS' as const, 'FAILURE' as const] : 'FAILURE',
            orcpt: `rfc822;${to}`,
          },
        }),
        ...(id && { messageId: `<${id}@${from.match(/@([\w.-]+)/)?.[1] ?? 'localhost'}>` }),
        // Out-of-office replies to machines help nobody (RFC 3834).
        headers: { 'auto-submitted': 'auto-generated' },
      };
      return breaker.call(async (signal) => {
        const sent = await transport.sendMail({ ...message, signal }).catch((error: unknown) => {
          throw faultOf(error);
        });
        return { providerId: sent.messageId };
      });
    },
    close: () => transport.close(),
  };
}

/** Stages before the text of a message goes out. nodemailer calls every lost connection `CONN`, whatever the stage. */
const BEFORE_TEXT = /^(EHLO|HELO|STARTTLS|AUTH|MAIL FROM|RCPT TO)/;

/** Codes of nodemailer for messages that cannot be sent anywhere. */
const BAD_MESSAGE = new Set(['EENVELOPE', 'EFILEACCESS', 'EMESSAGE', 'ESTREAM', 'EURLACCESS']);

/** 5xx is final, 4xx passes (RFC 5321, 4.2.1); at the recipient it is about that mailbox alone. */
function faultOf(error: unknown): PartnerError {
  const { responseCode, response, code, command = '', syscall } = error as SmtpFault;
  if (responseCode) {
    // Whoever suppresses TLS on the way must not make us give messages up.
    const fault = responseCode >= 500 && command !== 'STARTTLS' ? 'refused' : 'unavailable';
    const onlyThisCall = command === 'RCPT TO';
    return new PartnerError(NAME, fault, { reason: `smtp_${responseCode}`, detail: response?.slice(0, 200), onlyThisCall });
  }
  if (!code) return networkFault(NAME, error);
  if (BAD_MESSAGE.has(code)) return new PartnerError(NAME, 'refused', { reason: code });
  const notSent = BEFORE_TEXT.test(command) || syscall === 'connect' || code === 'EDNS';
  return new PartnerError(NAME, 'unavailable', { reason: code, maybeDone: !notSent });
}

/** What nodemailer puts into its errors. */
interface SmtpFault {
  /** Status of the server's reply. */
  responseCode?: number;
  response?: string;
  code?: string;
  command?: string;
  syscall?: string;
}
