/** Simulator of a mail server: takes mail for everybody, keeps it readable, and delivers none. */
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerEnvelope, type SMTPServerOptions } from 'smtp-server';
import { refuseInProduction } from './http-simulator.ts';
import { sameText } from './same-text.ts';

export interface SimulatedMail {
  /** Of the envelope. */
  from: string;
  to: string[];
  message: Email;
  /** What was asked for to be reported (RFC 3461). */
  dsn: { envid: string | null; ret: string | null; notify: readonly string[]; orcpt: string | null };
  /** ms since 1970 */
  at: number;
}

export interface SmtpSimulator {
  /** With user and password. */
  readonly url: string;
  /** Newest last. */
  inbox(): readonly SimulatedMail[];
  /** Refuses the next recipient with this status and text, for example 550 or 451. */
  refuseNext(status: number, text: string): void;
  /**
   * Reports what became of a mail as mail servers do: with a mail (RFC 3464), which the mailbox that it comes to hands on.
   * @param url to which the mailbox hands it
   */
  report(mail: SimulatedMail, outcome: MailOutcome, url: string): Promise<{ status: number; taken: boolean }>;
  /** Cuts the connection of the next message after its text was taken: the sender cannot know what became of it. */
  cutNext(): void;
  close(): Promise<void>;
}

/** `status`: of RFC 3463. `byId`: the server does not know RFC 3461, so what it sends back names the mail by its own id. */
export interface MailOutcome {
  action: 'delivered' | 'failed' | 'delayed' | 'relayed';
  status: string;
  byId?: boolean;
  /** Of somebody else than the mail went to. */
  recipient?: string;
}

/** Mails kept; a demo may run for weeks. */
const KEPT = 200;
const MAX_BYTES = 10 * 1_024 * 1_024;

const replyOf = ({ status, text }: { status: number; text: string }) => Object.assign(new Error(text), { responseCode: status });

/** Listens on a free port of 127.0.0.1. */
export async function startSmtp(login: { user: string; password: string }): Promise<SmtpSimulator> {
  refuseInProduction();
  const mails: SimulatedMail[] = [];
  const refusals: { status: number; text: string }[] = [];
  let cuts = 0;

  const options: SMTPServerOptions = {
    // It listens on loopback only.
    disabledCommands: ['STARTTLS'],
    hideDSN: false,
    size: MAX_BYTES,
    onAuth({ username, password }, _session, done) {
      const known = username === login.user && sameText(password ?? '', login.password);
      if (known) done(null, { user: login.user });
      else done(replyOf({ status: 535, text: 'Authentication failed' }));
    },
    onRcptTo(_address, _session, done) {
      const refusal = refusals.shift();
      done(refusal ? replyOf(refusal) : null);
    },
    onData(stream, { envelope }, done) {
      const about = addressed(envelope);
      buffer(stream)
        .then(async (raw) => mails.push({ ...about, message: await PostalMime.parse(raw), at: Date.now() }))
        .then(() => {
          if (mails.length > KEPT) mails.shift();
          if (cuts > 0) return cut();
          return done();
        })
        .catch((error: Error) => done(error));
    },
  };
  const server = new SMTPServer(options);
  const cut = () => {
    cuts--;
    for (const socket of sockets) socket.destroy();
  };
  const sockets = new Set<Socket>();
  server.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  // Clients that vanish are no fault of the server.
  server.on('error', () => {});
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  const { port } = server.server.address() as AddressInfo;
  const credentials = `${encodeURIComponent(login.user)}:${encodeURIComponent(login.password)}`;
  let closing: Promise<void> | undefined;

  return {
    url: `smtp://${credentials}@127.0.0.1:${port}`,
    inbox: () => mails,
    report,
    refuseNext: (status, text) => void refusals.push({ status, text }),
    cutNext: () => void cuts++,
    close: () => (closing ??= new Promise((resolve) => server.close(() => resolve()))),
  };
}

function addressed({ mailFrom, rcptTo, dsn }: SMTPServerEnvelope): Pick<SimulatedMail, 'from' | 'to' | 'dsn'> {
  const { notify = [], orcpt = null } = rcptTo[0]?.dsn ?? {};
  return {
    from: mailFrom ? mailFrom.address : '',
    to: rcptTo.map(({ address }) => address),
    dsn: { envid: dsn?.envid ?? null, ret: dsn?.ret ?? null, notify, orcpt },
  };
}

const report: SmtpSimulator['report'] = async (mail, outcome, url) => {
  const headers = { 'content-type': 'message/rfc822' };
  const answer = await fetch(url, { method: 'POST', headers, body: reportOf(mail, outcome) });
  return { status: answer.status, taken: answer.ok };
};

/** In the form of Postfix. */
function reportOf({ from, to: [to = ''], message, dsn }: SimulatedMail, outcome: MailOutcome): string {
  const { action, status, byId = false, recipient } = outcome;
  const final = recipient ?? to;
  const original = recipient ? `rfc822;${recipient}` : dsn.orcpt;
  const returned = message.headerLines.toReversed().map(({ line }) => line.replaceAll('\n', '\r\n'));
  return [
    ...['From: MAILER-DAEMON@mx.example (Mail Delivery System)', 'Subject: Delivery report', `To: ${from}`, 'Auto-Submitted: auto-replied'],
    ...[
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=delivery-status;',
      '\tboundary="4cBq9r.1764201600/mx.example"',
      '',
    ],
    ...[
      '--4cBq9r.1764201600/mx.example',
      'Content-Type: text/plain; charset=us-ascii',
      '',
      'This is the mail system at host mx.example.',
      '',
    ],
    ...['--4cBq9r.1764201600/mx.example', 'Content-Description: Delivery report', 'Content-Type: message/delivery-status', ''],
    ...['Reporting-MTA: dns; mx.example', ...(dsn.envid && !byId ? [`Original-Envelope-Id: ${dsn.envid}`] : [])],
    ...['X-Postfix-Queue-ID: 4cBq9r', `X-Postfix-Sender: rfc822; ${from}`, 'Arrival-Date: Fri, 27 Nov 2026 00:00:00 +0000 (UTC)', ''],
    ...[`Final-Recipient: rfc822; ${final}`, ...(original && !byId ? [`Original-Recipient: ${original}`] : [])],
    ...[`Action: ${action}`, `Status: ${status}`, 'Remote-MTA: dns; mail.patient.example'],
    ...['Diagnostic-Code: smtp; 550 5.1.1 no such user, as the server of', '    the other side says', ''],
    ...['--4cBq9r.1764201600/mx.example', 'Content-Description: Message Headers', 'Content-Type: text/rfc822-headers', ''],
    ...[...returned, '', '--4cBq9r.1764201600/mx.example--', ''],
  ].join('\r\n');
}
