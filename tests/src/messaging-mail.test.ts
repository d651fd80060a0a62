import { createServer, type Server } from 'node:net';
import { createMailer, type Mail, type Mailer } from '#src/messaging/mail.ts';
import { createRenderer } from '#src/messaging/render.ts';
import { createBreaker } from '#src/partners/breaker.ts';
import type { PartnerError } from '#src/partners/partner-error.ts';
import { type SmtpSimulator, startSmtp } from '#src/partners/smtp.ts';
import { silentLog } from '#tests/support/app.ts';
import { until } from '#tests/support/wait.ts';

const FROM = '问诊 <no-reply@clinic.example>';
const render = createRenderer({ zone: () => 'Asia/Shanghai', clinic: () => '问诊' });
const calendar = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test', 'METHOD:REQUEST', 'END:VCALENDAR', ''].join('\r\n');

let server: SmtpSimulator;
let mailer: Mailer;
const others: { close(): void }[] = [];
const breaker = (timeoutMs = 5_000) => createBreaker({ name: 'smtp', log: silentLog, failures: 100, timeoutMs });
function mailerTo(url: string, timeoutMs?: number, requireTls?: boolean): Mailer {
  const other = createMailer({ url, from: FROM, ...(requireTls !== undefined && { requireTls }) }, breaker(timeoutMs));
  others.push(other);
  return other;
}
beforeAll(async () => {
  server = await startSmtp({ user: 'clinic', password: 'a pass:word@1' });
  mailer = mailerTo(server.url);
});
afterAll(async () => {
  for (const other of others) other.close();
  await server.close();
});

const body = render.message('announcement', 'zh', { title: '公告 & <b>', body: '第一段 <i>\n第二段' });
const mail: Mail = { to: 'li.ming@patient.example', subject: body.title, text: body.text, html: body.html };
const fault = (work: Promise<unknown>): Promise<PartnerError> =>
  work.then(
    () => {
      throw new Error('was sent');
    },
    (error: PartnerError) => error,
  );

describe('send()', () => {
  test('delivers text and HTML with values escaped', async () => {
    const { providerId } = await mailer.send(mail);
    const { from, to, message } = server.inbox().at(-1)!;
    expect({ from, to }).toEqual({ from: 'no-reply@clinic.example', to: ['li.ming@patient.example'] });
    expect(message).toMatchObject({
      subject: '公告 & <b>',
      messageId: providerId,
      from: { name: '问诊', address: 'no-reply@clinic.example' },
    });
    expect(message.text?.trim()).toBe('第一段 <i>\n第二段');
    expect(message.html).toContain('第一段 &lt;i&gt;</p>');
    expect(message.html).toContain('<title>公告 &amp; &lt;b&gt;</title>');
    expect(message.headers).toContainEqual(expect.objectContaining({ key: 'auto-submitted', value: 'auto-generated' }));
  });

  test('delivers attachments and invitations', async () => {
    const pdf = Buffer.from('%PDF-1.4 not really');
    const attachments = [{ filename: '处方.pdf', content: pdf, contentType: 'application/pdf' }];
    await mailer.send({ ...mail, attachments, calendar: { method: 'REQUEST', content: calendar } });
    const parts = server.inbox().at(-1)!.message.attachments;
    const named = (type: string) => parts.find(({ mimeType }) => mimeType === type);
    expect(named('application/pdf')?.filename).toBe('处方.pdf');
    expect(Buffer.from(named('application/pdf')!.content as ArrayBuffer)).toEqual(pdf);
    expect(named('text/calendar')).toMatchObject({ method: 'REQUEST' });
  });

  test('gives every try of a message the same id', async () => {
    await mailer.send({ ...mail, id: 'notification-1' });
    await mailer.send({ ...mail, id: 'notification-1' });
    const ids = server
      .inbox()
      .slice(-2)
      .map(({ message }) => message.messageId);
    expect(ids).toEqual(['<notification-1@clinic.example>', '<notification-1@clinic.example>']);
  });

  test('never turns a path or an address in its content into an attachment', async () => {
    await mailer.send({ ...mail, text: 'file:///etc/passwd', html: '<img src="file:///etc/passwd">' });
    expect(server.inbox().at(-1)!.message.attachments).toEqual([]);
    const attachments = [{ filename: 'x', path: '/etc/hostname', content: undefined as never, contentType: 'text/plain' }];
    expect(await fault(mailer.send({ ...mail, attachments }))).toMatchObject({ fault: 'refused', reason: 'ESTREAM' });
  });

  test.each(['nobody', 'a@b.example, c@d.example', 'a@b.example\r\nBcc: c@d.example', '<a@b.example>', ''])(
    'refuses %j as an address before it asks the server',
    async (to) => {
      const before = server.inbox().length;
      expect(await fault(mailer.send({ ...mail, to }))).toMatchObject({ fault: 'refused', reason: 'invalid_address' });
      expect(server.inbox()).toHaveLength(before);
    },
  );

  test('keeps line breaks in a subject from becoming headers', async () => {
    await mailer.send({ ...mail, subject: 'Hello\r\nBcc: c@d.example\r\n\r\nbody' });
    const { to, message } = server.inbox().at(-1)!;
    expect([to, message.bcc]).toEqual([['li.ming@patient.example'], undefined]);
  });

  test('tells a mailbox that does not exist from one that has to wait, and masks its name', async () => {
    server.refuseNext(550, '5.1.1 <li.ming@patient.example>: no such user 13912345678');
    const gone = await fault(mailer.send(mail));
    expect(gone).toMatchObject({ fault: 'refused', reason: 'smtp_550', maybeDone: false });
    expect(gone.message).toContain('l***@patient.example');
    expect(gone.message).not.toMatch(/li\.ming|1391234/);
    server.refuseNext(451, '4.7.1 greylisted');
    expect(await fault(mailer.send(mail))).toMatchObject({
      fault: 'unavailable',
      reason: 'smtp_451',
      onlyThisCall: true,
      maybeDone: false,
    });
  });

  test('does not repeat a message by itself when the connection breaks after its text', async () => {
    const before = server.inbox().length;
    server.cutNext();
    expect(await fault(mailer.send(mail))).toMatchObject({ fault: 'unavailable', maybeDone: true });
    expect(server.inbox()).toHaveLength(before + 1);
    await mailer.send(mail);
  });

  test('with a wrong password is refused', async () => {
    const wrong = mailerTo(server.url.replace('clinic:', 'clinic:x'));
    expect(await fault(wrong.send(mail))).toMatchObject({ fault: 'refused', reason: 'smtp_535' });
  });

  test('to a server without TLS is not done where TLS is required', async () => {
    const before = server.inbox().length;
    const strict = mailerTo(server.url, undefined, true);
    expect(await fault(strict.send(mail))).toMatchObject({ fault: 'unavailable', reason: 'smtp_500', maybeDone: false });
    expect(server.inbox()).toHaveLength(before);
  });

  test('to nobody listening is certainly not done', async () => {
    expect(await fault(mailerTo('smtp://127.0.0.1:9').send(mail))).toMatchObject({ fault: 'unavailable', maybeDone: false });
  });

  describe('to a server that says nothing', () => {
    let silent: Server;
    beforeAll(async () => {
      silent = createServer().listen(0, '127.0.0.1');
      await until('the port to be open', () => silent.listening);
    });
    afterAll(() => silent.close());

    test('gives up', async () => {
      const { port } = silent.address() as { port: number };
      expect(await fault(mailerTo(`smtp://127.0.0.1:${port}`, 200).send(mail))).toMatchObject({ fault: 'unavailable', reason: 'timeout' });
    });
  });
});
