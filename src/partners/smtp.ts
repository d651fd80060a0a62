/** Simulator of a mail server: takes mail for everybody, keeps it readable, and delivers none. */
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import PostalMime, { type Email } from 'postal-mime';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { refuseInProduction } from './http-simulator.ts';
import { sameText } from './same-text.ts';

export interface SimulatedMail {
  /** Of the envelope. */
  from: string;
  to: string[];
  message: Email;
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
  /** Cuts the connection of the next message after its text was taken: the sender cannot know what became of it. */
  cutNext(): void;
  close(): Promise<void>;
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
    onData(stream, session, done) {
      const { mailFrom, rcptTo } = session.envelope;
      const envelope = { from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address) };
      buffer(stream)
        .then(async (raw) => mails.push({ ...envelope, message: await PostalMime.parse(raw), at: Date.now() }))
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
    refuseNext: (status, text) => void refusals.push({ status, text }),
    cutNext: () => void cuts++,
    close: () => (closing ??= new Promise((resolve) => server.close(() => resolve()))),
  };
}
