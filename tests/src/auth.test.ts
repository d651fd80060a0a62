import { setTimeout as delay } from 'node:timers/promises';
import jwt from 'jsonwebtoken';
import { networkOf } from '#src/auth/networks.ts';
import { PASSWORD, SECRET, startApp, type TestApp } from '#tests/support/app.ts';

let server: TestApp;
beforeAll(async () => {
  server = await startApp({ LOGIN_ATTEMPTS: '3' });
});
afterAll(() => server.close());

const session = '/api/v1/auth/session';
const login = (account: string, password: string) => server.call('POST', '/api/v1/auth/login', null, { account, password });

describe('login', () => {
  test('with the right password answers a token for the person', async () => {
    const { status, body } = await login(' Doctor ', PASSWORD);
    expect(status).toBe(200);
    expect(body.data.user).toMatchObject({ id: server.people.doctor.id, name: 'Name of doctor', roles: ['doctor'] });
    expect((await server.call('GET', session, body.data.token)).body.data.user.id).toBe(server.people.doctor.id);
  });

  test('with a wrong password and with an unknown account answers the same', async () => {
    const answers = [await login('patient', 'wrong'), await login('nobody', 'wrong')];
    const comparable = answers.map(({ status, body }) => ({ status, ...body, timestamp: 0, requestId: '' }));
    expect(comparable[0]).toEqual(comparable[1]);
    expect(comparable[0]).toMatchObject({ status: 401, error: { code: 'bad_credentials' } });
  });

  test('after too many wrong passwords refuses the right one too, parallel guesses counted', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => login('other-doctor', 'wrong')));
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([401, 401, 401, 429, 429, 429]);
    const last = await login('other-doctor', PASSWORD);
    expect(last.body.error.code).toBe('too_many_attempts');
    expect(Number(last.headers['retry-after'])).toBeGreaterThan(0);
  });

  test('with the right password does not count', async () => {
    for (let i = 0; i < 7; i++) expect((await login('doctor', PASSWORD)).status).toBe(200);
  });

  test('of a disabled account is refused', async () => {
    const { id } = await server.users.create({ account: 'gone', name: 'Gone', password: PASSWORD, roles: ['patient'] });
    await server.database.models.users.update({ status: 'inactive' }, { where: { id } });
    expect((await login('gone', PASSWORD)).status).toBe(401);
  });

  test('stores argon2id', async () => {
    const { id } = await server.users.create({ account: 'stored', name: 'Stored', password: PASSWORD, roles: ['patient'] });
    const row = await server.database.models.users.findByPk(id);
    expect(row?.passwordHash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  });
});

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:a:b:1:2:3:4', '2001:db8:a:b::/64'],
  ['2001:DB8::5', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
])('networkOf(%s) is %s', (address, network) => {
  expect(networkOf(address)).toBe(network);
});

describe('tokens', () => {
  const claims = { sub: 'x', sid: 's', name: 'X', roles: ['doctor'] };
  const options = { algorithm: 'HS256', issuer: 'wenzhen', audience: 'wenzhen:user', expiresIn: 60 } as const;

  test.each([
    ['missing', undefined],
    ['empty', ''],
    ['garbage', 'abc.def.ghi'],
    ['expired', jwt.sign(claims, SECRET, { ...options, expiresIn: -1 })],
    ['of another key', jwt.sign(claims, 'another key that is long enough as well', options)],
    ['of another issuer', jwt.sign(claims, SECRET, { ...options, issuer: 'elsewhere' })],
    ['of another audience', jwt.sign(claims, SECRET, { ...options, audience: 'elsewhere' })],
    ['made for longer than they may live', jwt.sign(claims, SECRET, { ...options, expiresIn: 601 })],
    ['of another algorithm', jwt.sign(claims, SECRET, { ...options, algorithm: 'HS512' })],
    ['alg:none', jwt.sign(claims, '', { ...options, algorithm: 'none' })],
    ['with claims missing', jwt.sign({ sub: 'x' }, SECRET, options)],
    ['without expiry', jwt.sign(claims, SECRET, { algorithm: 'HS256', issuer: 'wenzhen', audience: 'wenzhen:user' })],
  ])('%s are refused', async (_name, token) => {
    const { status, body } = await server.call('GET', session, token);
    expect([status, body.error.code]).toEqual([401, 'unauthenticated']);
  });

  test('that were tampered with are refused', async () => {
    const [head, , signature] = server.people.patient.token.split('.');
    const payload = jwt.decode(server.people.patient.token) as object;
    const forged = Buffer.from(JSON.stringify({ ...payload, roles: ['doctor'] })).toString('base64url');
    expect((await server.call('GET', session, `${head}.${forged}.${signature}`)).status).toBe(401);
  });

  test('stop working when they expire although they were verified before', async () => {
    const token = server.tokens.forUser(
      { id: server.people.doctor.id, name: 'X', roles: ['doctor'] },
      's',
      new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 1_000),
    );
    expect((await server.call('GET', session, token)).status).toBe(200);
    await delay((jwt.decode(token) as { exp: number }).exp * 1_000 - Date.now());
    expect((await server.call('GET', session, token)).status).toBe(401);
  });

  test('of guests open the session but no route for users', async () => {
    const guest = { memberId: 'm', consultationId: 'c', accessEpoch: 1, name: 'Guest' };
    const token = server.tokens.forGuest(guest, new Date(Date.now() + 60_000));
    expect((await server.call('GET', session, token)).body.data).toMatchObject({ kind: 'guest', memberId: 'm', consultationId: 'c' });
    expect((await server.call('GET', '/api/v1/consultations', token)).body.error.code).toBe('forbidden');
  });
});

describe('logout', () => {
  test('ends the session at once, for REST and for listeners, and over a restart', async () => {
    const { token } = (await login('patient', PASSWORD)).body.data;
    const other = (await login('patient', PASSWORD)).body.data.token;
    const ended: string[] = [];
    const unsubscribe = server.auth.onRevoked((id) => ended.push(id));
    expect((await server.call('POST', '/api/v1/auth/logout', token)).status).toBe(200);
    unsubscribe();
    const { sid } = jwt.decode(token) as { sid: string };
    expect(ended).toEqual([sid]);
    expect(server.auth.isRevoked(sid)).toBe(true);
    expect((await server.call('GET', session, token)).body.error.code).toBe('session_revoked');
    expect((await server.call('GET', session, other)).status).toBe(200);
    await expect(server.auth.authenticate(token)).rejects.toMatchObject({ code: 'session_revoked' });

    const { createAuth } = await import('#src/auth/service.ts');
    const restarted = await createAuth(server.foundation);
    await expect(restarted.authenticate(token)).rejects.toMatchObject({ code: 'session_revoked' });
  });
});
