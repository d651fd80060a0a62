/** Registering and signing in, with passwords and with codes, on both engines. */
import { createHash } from 'node:crypto';
import bcrypt from 'bcryptjs';
import { CODE_SECONDS } from '#src/auth/sms-codes.ts';
import { PASSWORD, startApp, type TestApp } from '#tests/support/app.ts';
import { newMariaDb } from '#tests/support/databases.ts';
import { until } from '#tests/support/wait.ts';

const auth = '/api/v1/auth';
const STRONG = 'correct horse 9';

describe.each(['sqlite', 'mysql'] as const)('signing in on %s', (engine) => {
  let server: TestApp;
  beforeAll(async () => {
    server = await startApp(engine === 'mysql' ? { DATABASE_URL: await newMariaDb() } : {});
  }, 60_000);
  afterAll(() => server.close());

  const post = (path: string, body: unknown, token: string | null = null) => server.call('POST', `${auth}${path}`, token, body);
  const users = () => server.database.models.users;
  const code = (answer: { body: { error?: { code: string } } }) => answer.body.error?.code;
  const who = async (token: string) => (await server.call('GET', `${auth}/session`, token)).body.data.user;

  let phones = 0;
  const newPhone = (): string => `138${String(++phones).padStart(8, '0')}`;
  /** Text messages with a code, latest first. */
  const messages = () => (server.foundation.senders.inbox?.all() ?? []).filter(({ text }) => /\d{6}/.test(text));
  /** The code of the latest text message. */
  const lastCode = (): string => /\d{6}/.exec(messages()[0]?.text ?? '')?.[0] ?? '';
  async function codeFor(phone: string, scene: string): Promise<string> {
    const sent = messages()[0];
    const { status, body } = await post('/sms-code', { phone, scene });
    expect([status, body.data]).toEqual([200, { expiresIn: 300 }]);
    // Some go out after the answer.
    await until('the message', () => messages()[0] !== sent, 5_000, 5);
    return lastCode();
  }
  /** Lets the pause between two codes pass. */
  const forgetPauses = () => server.database.transaction(() => server.database.models.rateCounters.destroy({ where: {} }));

  describe('register', () => {
    test('with name and password makes a patient who is signed in', async () => {
      const { status, body } = await post('/register', { account: ' New.Patient ', password: STRONG, name: '王敏' });
      expect(status).toBe(200);
      expect(body.data.user).toMatchObject({ name: '王敏', account: 'new.patient', roles: ['patient'], phone: null, avatar: null });
      expect(body.data.user.permissions).toContain('appointments:book');
      expect(await who(body.data.token)).toMatchObject({ name: '王敏', roles: ['patient'] });
      expect((await post('/login', { account: 'new.patient', password: STRONG })).status).toBe(200);
    });

    test('with a taken name is a conflict, also when two do it at once', async () => {
      expect(code(await post('/register', { account: 'DOCTOR', password: STRONG }))).toBe('account_taken');
      const both = await Promise.all([1, 2].map(() => post('/register', { account: 'twice', password: STRONG })));
      expect(both.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409]);
    });

    test('with an employee number as the name is a conflict', async () => {
      await server.users.create({ name: 'Staff', staffNo: 'd-1001', roles: ['service_staff'] });
      expect(code(await post('/register', { account: 'd-1001', password: STRONG }))).toBe('account_taken');
    });

    test.each([
      ['a short password', { account: 'weak', password: 'abc 123' }],
      ['a password without digits', { account: 'weak', password: 'correct horse' }],
      ['a password without letters', { account: 'weak', password: '1234567890' }],
      ['a name that is a number', { account: '13800000000', password: STRONG }],
      ['a name of two letters', { account: 'ab', password: STRONG }],
      ['another role', { account: 'boss', password: STRONG, role: 'administrator' }],
      ['a field that is not for everybody', { account: 'boss', password: STRONG, membershipLevel: 'premium' }],
      ['no proof of the phone', { phone: '13800000000', password: STRONG }],
      ['no phone number', { phone: '123', code: '123456' }],
    ])('with %s is refused', async (_name, body) => {
      const answer = await post('/register', body);
      expect([answer.status, code(answer)]).toEqual([400, 'invalid_request']);
    });

    test('with phone and code makes an account, as a doctor too; a phone is taken once', async () => {
      const phone = newPhone();
      const first = await post('/register', { phone, code: await codeFor(phone, 'register'), role: 'doctor', name: '林医生' });
      expect(first.body.data.user).toMatchObject({ name: '林医生', roles: ['doctor'], phone, account: null });
      await forgetPauses();
      expect(code(await post('/register', { phone, code: await codeFor(phone, 'register') }))).toBe('phone_taken');
    });
  });

  describe('login', () => {
    test('takes account name, phone number and staff number', async () => {
      const phone = newPhone();
      const roles = ['doctor'];
      const { id } = await server.users.create({
        account: 'many',
        phone: `+86${phone}`,
        staffNo: 'd2002',
        name: 'M',
        password: STRONG,
        roles,
      });
      for (const account of ['MANY', phone, `+86 ${phone}`, 'D2002'])
        expect([account, (await post('/login', { account, password: STRONG })).body.data?.user]).toMatchObject([account, { id, phone }]);
    });

    test('with phone and code registers an unknown phone, once although asked twice at once', async () => {
      const phone = newPhone();
      const sent = await codeFor(phone, 'login');
      const answers = await Promise.all([1, 2].map(() => post('/login', { phone, code: sent })));
      expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 401]);
      const made = answers.find(({ status }) => status === 200)?.body.data.user;
      expect(made).toMatchObject({ phone, roles: ['patient'], name: `${phone.slice(0, 3)}****${phone.slice(7)}` });
      await forgetPauses();
      const again = await post('/login', { phone, code: await codeFor(phone, 'login') });
      expect(again.body.data.user.id).toBe(made.id);
    });

    test('stores phones sealed, and neither code nor token in clear', async () => {
      const phone = newPhone();
      const sent = await codeFor(phone, 'login');
      const { body } = await post('/login', { phone, code: sent });
      const row = await users().findByPk(body.data.user.id);
      expect(JSON.stringify(row)).not.toContain(phone);
      const rows = [await server.database.models.smsCodes.findAll(), await server.database.models.refreshTokens.findAll()];
      expect(JSON.stringify(rows)).not.toContain(sent);
      expect(JSON.stringify(rows)).not.toContain(body.data.refreshToken);
    });

    test('of disabled and locked people is refused, told only to those who know the password', async () => {
      for (const [account, values, told] of [
        ['inactive', { status: 'inactive' }, 'account_disabled'],
        ['suspended', { status: 'suspended' }, 'account_disabled'],
        ['locked', { lockedUntil: new Date(Date.now() + 60_000), lockReason: 'administrator' }, 'account_locked'],
      ] as const) {
        const { id } = await server.users.create({ account, name: 'Out', password: STRONG, roles: ['patient'] });
        await server.database.transaction(() => users().update(values, { where: { id } }));
        const [right, wrong] = [await post('/login', { account, password: STRONG }), await post('/login', { account, password: 'wrong' })];
        expect([right.status, code(right), code(wrong)]).toEqual([401, told, 'bad_credentials']);
      }
    });

    test.each([
      ['bcrypt', (password: string) => bcrypt.hashSync(password, 4)],
      ['SHA-256', (password: string) => createHash('sha256').update(password).digest('hex')],
      ['salted SHA-256', (password: string) => `sha256:pepper:${createHash('sha256').update(`pepper${password}`).digest('hex')}`],
    ])('takes an imported %s hash and stores argon2id in its place', async (name, hash) => {
      const account = `imported-${name.replaceAll(/\W/g, '').toLowerCase()}`;
      const { id } = await server.users.create({ account, name: 'I', roles: ['patient'] });
      await server.database.transaction(() => users().update({ passwordHash: hash('old password') }, { where: { id } }));
      expect((await post('/login', { account, password: 'other password' })).status).toBe(401);
      expect((await users().findByPk(id))?.passwordHash).not.toContain('argon2');
      expect((await post('/login', { account, password: 'old password' })).status).toBe(200);
      expect((await users().findByPk(id))?.passwordHash).toMatch(/^\$argon2id\$/);
      expect((await post('/login', { account, password: 'old password' })).status).toBe(200);
    });

    test('without a password of one’s own knows no password', async () => {
      const { id } = await server.users.create({ account: 'keyless', name: 'K', roles: ['patient'] });
      expect((await users().findByPk(id))?.passwordHash).toBeNull();
      expect(code(await post('/login', { account: 'keyless', password: 'anything' }))).toBe('bad_credentials');
    });
  });

  describe('codes', () => {
    test('are for one phone, one purpose, once', async () => {
      const [phone, other] = [newPhone(), newPhone()];
      const sent = await codeFor(phone, 'login');
      expect(code(await post('/register', { phone, code: sent }))).toBe('bad_code');
      expect(code(await post('/login', { phone: other, code: sent }))).toBe('bad_code');
      expect((await post('/login', { phone, code: sent })).status).toBe(200);
      expect(code(await post('/login', { phone, code: sent }))).toBe('bad_code');
    });

    test('die after five tries, tried in parallel or not', async () => {
      const phone = newPhone();
      const sent = await codeFor(phone, 'login');
      const wrong = sent === '000000' ? '111111' : '000000';
      const tries = await Promise.all(Array.from({ length: 12 }, () => post('/login', { phone, code: wrong })));
      expect(new Set(tries.map(code))).toEqual(new Set(['bad_code']));
      expect(code(await post('/login', { phone, code: sent }))).toBe('bad_code');
      const row = await server.database.models.smsCodes.findOne({ order: [['createdAt', 'DESC']] });
      expect(row?.tries).toBe(5);
    });

    test('die when they are old, and when a newer one was sent', async () => {
      const phone = newPhone();
      const first = await codeFor(phone, 'login');
      await forgetPauses();
      const second = await codeFor(phone, 'login');
      if (first !== second) expect(code(await post('/login', { phone, code: first }))).toBe('bad_code');
      const before = new Date(Date.now() - 1);
      expect(CODE_SECONDS).toBe(300);
      await server.database.transaction(() => server.database.models.smsCodes.update({ expiresAt: before }, { where: {} }));
      expect(code(await post('/login', { phone, code: second }))).toBe('bad_code');
    });

    test('are sent once a minute to a phone, although asked for ten times at once', async () => {
      const phone = newPhone();
      const answers = await Promise.all(Array.from({ length: 10 }, () => post('/sms-code', { phone, scene: 'login' })));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      const refused = answers.find(({ status }) => status === 429);
      expect([refused && code(refused), Number(refused?.headers['retry-after'])]).toEqual(['code_too_soon', expect.any(Number)]);
    });

    test('are never in the answer', async () => {
      const { body } = await post('/sms-code', { phone: newPhone(), scene: 'login' });
      expect(lastCode()).toMatch(/^\d{6}$/);
      expect(JSON.stringify(body)).not.toContain(lastCode());
    });
  });

  describe('password reset', () => {
    test('with a code sets another password and ends every session; the old one is wrong then', async () => {
      const phone = newPhone();
      await server.users.create({ account: 'forgot', phone: `+86${phone}`, name: 'F', password: PASSWORD, roles: ['patient'] });
      const token = await server.signIn('forgot');
      const sent = await codeFor(phone, 'reset');
      expect(code(await post('/password/reset', { phone, code: sent, password: 'short 1' }))).toBe('invalid_request');
      expect((await post('/password/reset', { phone, code: sent, password: STRONG })).status).toBe(200);
      expect(code(await server.call('GET', `${auth}/session`, token))).toBe('session_revoked');
      expect((await post('/login', { account: 'forgot', password: PASSWORD })).status).toBe(401);
      expect((await post('/login', { account: 'forgot', password: STRONG })).status).toBe(200);
      expect(code(await post('/password/reset', { phone, code: sent, password: STRONG }))).toBe('bad_code');
    });

    test('for an unknown phone answers the same and sends nothing', async () => {
      const phone = newPhone();
      const before = messages().length;
      const { status, body } = await post('/sms-code', { phone, scene: 'reset' });
      expect([status, body.data]).toEqual([200, { expiresIn: 300 }]);
      expect(messages().length).toBe(before);
      expect(code(await post('/password/reset', { phone, code: '123456', password: STRONG }))).toBe('bad_code');
    });

    test('opens an account that wrong passwords have locked', async () => {
      const phone = newPhone();
      const { id } = await server.users.create({
        account: 'guessed',
        phone: `+86${phone}`,
        name: 'G',
        password: STRONG,
        roles: ['patient'],
      });
      for (let n = 0; n < 5; n++) await post('/login', { account: 'guessed', password: 'wrong' });
      expect(code(await post('/login', { account: 'guessed', password: STRONG }))).toBe('too_many_attempts');
      expect((await users().findByPk(id))?.lockReason).toBe('attempts');
      await post('/password/reset', { phone, code: await codeFor(phone, 'reset'), password: STRONG });
      expect((await post('/login', { account: 'guessed', password: STRONG })).status).toBe(200);
      expect((await users().findByPk(id))?.lockReason).toBeNull();
    });
  });

  describe('password change', () => {
    const change = (token: string, body: unknown) => server.call('PUT', `${auth}/password`, token, body);

    test('needs the old one, ends every session and begins a new one', async () => {
      await server.users.create({ account: 'changer', name: 'C', password: PASSWORD, roles: ['patient'] });
      const [token, other] = [await server.signIn('changer'), await server.signIn('changer')];
      expect(code(await change(token, { oldPassword: 'wrong', password: STRONG }))).toBe('bad_credentials');
      expect(code(await change(token, { password: STRONG }))).toBe('bad_credentials');
      expect(code(await change(token, { oldPassword: PASSWORD, password: 'weak' }))).toBe('invalid_request');
      const { status, body } = await change(token, { oldPassword: PASSWORD, password: STRONG });
      expect(status).toBe(200);
      for (const old of [token, other]) expect(code(await server.call('GET', `${auth}/session`, old))).toBe('session_revoked');
      expect(await who(body.data.token)).toMatchObject({ name: 'C' });
    });

    test('of somebody without one needs a fresh proof', async () => {
      const phone = newPhone();
      const { token } = (await post('/login', { phone, code: await codeFor(phone, 'login') })).body.data;
      expect(code(await change(token, { password: STRONG }))).toBe('step_up_required');
      expect((await post('/step-up/code', {}, token)).status).toBe(429);
      await forgetPauses();
      expect((await post('/step-up/code', {}, token)).status).toBe(200);
      expect((await post('/step-up', { code: lastCode() }, token)).status).toBe(200);
      expect((await change(token, { password: STRONG })).status).toBe(200);
      expect((await post('/login', { account: phone, password: STRONG })).status).toBe(200);
    });
  });

  test('phone change needs a fresh proof and a code to the new phone, which nobody else may have', async () => {
    const [old, next] = [newPhone(), newPhone()];
    await server.users.create({ account: 'mover', phone: `+86${old}`, name: 'M', password: PASSWORD, roles: ['patient'] });
    const token = await server.signIn('mover');
    const put = (body: unknown) => server.call('PUT', `${auth}/phone`, token, body);
    expect(code(await put({ phone: next, code: '123456' }))).toBe('step_up_required');
    await server.stepUp(token);
    expect(code(await put({ phone: next, code: '123456' }))).toBe('bad_code');
    expect((await put({ phone: next, code: await codeFor(next, 'bind') })).body.data).toEqual({ phone: next });
    expect((await server.call('GET', '/api/v1/users/me', token)).body.data.phone).toBe(next);
    const taken = newPhone();
    await server.users.create({ account: 'owner', phone: `+86${taken}`, name: 'O', roles: ['patient'] });
    expect(code(await put({ phone: taken, code: await codeFor(taken, 'bind') }))).toBe('phone_taken');
  });

  describe('login log', () => {
    const log = async (query: string) =>
      (await server.call('GET', `/api/v1/logs/logins?${query}`, server.people.administrator.token)).body.data;

    test('holds every attempt with its reason; strangers’ names are not kept', async () => {
      await server.users.create({ account: 'logged', name: 'L', password: PASSWORD, roles: ['patient'] });
      await post('/login', { account: 'logged', password: 'wrong' });
      await post('/login', { account: 'my secret, typed in the wrong field', password: 'x' });
      const token = await server.signIn('logged');
      const own = (await server.call('GET', `${auth}/logins`, token)).body.data;
      expect(own.items).toMatchObject([
        { success: true, reason: null, account: 'logged', method: 'password', ip: expect.any(String) },
        { success: false, reason: 'bad_credentials', account: 'logged' },
      ]);
      const [stranger] = (await log('success=false')).items;
      expect(stranger).toMatchObject({ userId: null, account: 'm***' });
      expect(code(await server.call('GET', '/api/v1/logs/logins', token))).toBe('forbidden');
    });

    test('flags a new device, a new network and many failures, and tells the person', async () => {
      const { id } = await server.users.create({ account: 'careful', name: 'C', password: PASSWORD, roles: ['patient'] });
      const from = async (remoteAddress: string, userAgent: string, password = PASSWORD) => {
        const response = await server.app.inject({
          method: 'POST',
          url: `${auth}/login`,
          remoteAddress,
          headers: { 'user-agent': userAgent },
          payload: { account: 'careful', password },
        });
        return response.statusCode;
      };
      const browser = 'Mozilla/5.0 (Windows NT 10.0) Chrome/130.0.0.0 Safari/537.36';
      expect(await from('192.0.2.1', browser)).toBe(200);
      expect(await from('192.0.77.9', browser.replace('130.0.0.0', '131.5.0.1'))).toBe(200);
      expect(await from('198.51.100.1', browser)).toBe(200);
      expect(await from('198.51.100.1', 'Mozilla/5.0 (iPhone) Mobile Safari/604')).toBe(200);
      for (let n = 0; n < 3; n++) await from('198.51.100.1', browser, 'wrong');
      expect(await from('198.51.100.1', browser)).toBe(200);
      const { items } = await log(`userId=${id}&success=true`);
      expect(items.map(({ abnormal }: { abnormal: string[] }) => abnormal)).toEqual([
        ['after_failures'],
        ['new_device'],
        ['new_network'],
        [],
        [],
      ]);
      expect((await log(`userId=${id}&abnormal=true`)).pagination.total).toBe(3);
      await server.workers.drained();
      const told = (await server.database.models.notifications.findAll({ where: { userId: id } })).map(({ kind }) => kind);
      expect(told).toEqual(['session.new_device', 'session.new_device', 'session.new_device']);
    });
  });
});
