/** Sessions: renewing, listing, ending, proving again; here and on another process of the same database. */
import jwt from 'jsonwebtoken';
import { createFoundation, type Foundation } from '#src/foundation.ts';
import { PASSWORD, silentLog, startApp, type TestApp } from '#tests/support/app.ts';
import { newMariaDb } from '#tests/support/databases.ts';
import { until } from '#tests/support/wait.ts';

const auth = '/api/v1/auth';

describe.each(['sqlite', 'mysql'] as const)('sessions on %s', (engine) => {
  let server: TestApp;
  /** Another process of the same clinic. */
  let other: Foundation;
  beforeAll(async () => {
    server = await startApp({ SESSION_LIMITS: 'ios:2', ...(engine === 'mysql' && { DATABASE_URL: await newMariaDb() }) });
    other = await createFoundation(server.config, silentLog);
  }, 60_000);
  afterAll(async () => {
    await other.close();
    await server.close();
  });

  interface Login {
    token: string;
    refreshToken: string;
    sessionId: string;
    user: { id: string };
  }
  const code = (answer: { body: { error?: { code: string } } }) => answer.body.error?.code;
  async function login(account = 'patient', client: object = {}): Promise<Login> {
    const { status, body } = await server.call('POST', `${auth}/login`, null, { account, password: PASSWORD, client });
    expect(status).toBe(200);
    return body.data;
  }
  const refresh = (refreshToken: string) => server.call('POST', `${auth}/refresh`, null, { refreshToken });
  const alive = async (token: string) => (await server.call('GET', `${auth}/session`, token)).status === 200;
  const aliveElsewhere = (token: string) =>
    other.auth.authenticate(token).then(
      () => true,
      () => false,
    );
  /** As if this much time had passed since refresh tokens were used. */
  async function age(sessionId: string, ms: number): Promise<void> {
    const { refreshTokens } = server.database.models;
    for (const row of await refreshTokens.findAll({ where: { sessionId } }))
      if (row.usedAt) await server.database.transaction(() => row.update({ usedAt: new Date(Number(row.usedAt) - ms) }));
  }

  describe('refresh', () => {
    test('gives new tokens of the same session; access tokens live ten minutes', async () => {
      const first = await login();
      const { status, body } = await refresh(first.refreshToken);
      expect(status).toBe(200);
      expect(body.data).toMatchObject({ sessionId: first.sessionId, user: { id: first.user.id, roles: ['patient'] } });
      expect(body.data.refreshToken).not.toBe(first.refreshToken);
      const { exp, iat, sid } = jwt.decode(body.data.token) as { exp: number; iat: number; sid: string };
      expect([sid, exp - iat <= 600]).toEqual([first.sessionId, true]);
      expect(await alive(body.data.token)).toBe(true);
      expect((await refresh(body.data.refreshToken)).status).toBe(200);
    });

    test('32 times at once gives one successor', async () => {
      const { refreshToken, sessionId } = await login();
      const answers = await Promise.all(Array.from({ length: 32 }, () => refresh(refreshToken)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(answers.map(({ body }) => body.data.refreshToken)).size).toBe(1);
      expect(await server.database.models.refreshTokens.count({ where: { sessionId } })).toBe(2);
    });

    test('with a spent token after the grace ends the session everywhere within a second', async () => {
      const { token, refreshToken } = await login();
      const next = (await refresh(refreshToken)).body.data;
      await age(next.sessionId, 9_000);
      expect((await refresh(refreshToken)).body.data.refreshToken).toBe(next.refreshToken);
      await age(next.sessionId, 2_000);
      expect(await aliveElsewhere(next.token)).toBe(true);
      expect(code(await refresh(refreshToken))).toBe('refresh_refused');
      for (const dead of [token, next.token]) expect(await alive(dead)).toBe(false);
      expect(code(await refresh(next.refreshToken))).toBe('refresh_refused');
      await until('the other process to know', async () => !(await aliveElsewhere(next.token)), 1_000, 20);
      const row = await server.database.models.sessions.findByPk(next.sessionId);
      expect(row?.revokedReason).toBe('reuse');
      const event = { kind: 'refresh_token_reused', userId: row?.userId ?? '' };
      expect(await server.database.models.securityEvents.count({ where: event })).toBe(1);
    });

    test.each([
      ['made up', 'A'.repeat(43)],
      ['of another form', 'short'],
      ['an access token', 'x.y.z'],
    ])('with a token that is %s is refused', async (_name, refreshToken) => {
      expect(code(await refresh(refreshToken))).toBe('refresh_refused');
    });

    test('of a session that has ended or is too old is refused', async () => {
      const ended = await login();
      await server.call('POST', `${auth}/logout`, ended.token);
      expect(code(await refresh(ended.refreshToken))).toBe('refresh_refused');
      const old = await login();
      const past = { expiresAt: new Date(Date.now() - 1) };
      await server.database.transaction(() => server.database.models.sessions.update(past, { where: { id: old.sessionId } }));
      expect(code(await refresh(old.refreshToken))).toBe('refresh_refused');
    });
  });

  describe('devices', () => {
    test('are listed with where they were last used, and ended one by one or all', async () => {
      await server.users.create({ account: 'devices', name: 'D', password: PASSWORD, roles: ['patient'] });
      const phone = await login('devices', { type: 'ios', deviceId: 'phone-1', deviceName: 'iPhone 的小敏' });
      const [web, third] = [await login('devices', { type: 'web' }), await login('devices')];
      const list = async (token: string) => (await server.call('GET', `${auth}/sessions`, token)).body.data.items;
      expect(await list(web.token)).toMatchObject([
        { id: third.sessionId, current: false },
        { id: web.sessionId, current: true, clientType: 'web', method: 'password' },
        { id: phone.sessionId, clientType: 'ios', device: 'iPhone 的小敏', ip: '127.0.0.1' },
      ]);
      expect((await server.call('DELETE', `${auth}/sessions/${phone.sessionId}`, web.token)).status).toBe(200);
      expect(await alive(phone.token)).toBe(false);
      expect(code(await server.call('DELETE', `${auth}/sessions/${phone.sessionId}`, web.token))).toBe('not_found');
      expect(code(await server.call('DELETE', `${auth}/sessions/${web.sessionId}`, server.people.doctor.token))).toBe('not_found');
      expect((await server.call('DELETE', `${auth}/sessions`, web.token)).body.data).toEqual({ ended: 1 });
      expect([await alive(web.token), await alive(third.token)]).toEqual([true, false]);
    });

    test('beyond the limit of their kind end the oldest', async () => {
      await server.users.create({ account: 'limited', name: 'L', password: PASSWORD, roles: ['patient'] });
      const logins = [];
      for (let n = 0; n < 3; n++) logins.push(await login('limited', { type: 'ios' }));
      const web = await login('limited', { type: 'web' });
      expect(await Promise.all([...logins, web].map(({ token }) => alive(token)))).toEqual([false, true, true, true]);
    });

    test('show when they were last used, written together', async () => {
      await server.users.create({ account: 'seen', name: 'S', password: PASSWORD, roles: ['patient'] });
      const { token, sessionId } = await login('seen');
      await server.auth.sessions.flush();
      const { sessions } = server.database.models;
      await server.database.transaction(() => sessions.update({ lastSeenAt: new Date(0) }, { where: { id: sessionId } }));
      const seen = async () => (await sessions.findByPk(sessionId))?.lastSeenAt?.getTime();
      const headers = { authorization: `Bearer ${token}` };
      await server.app.inject({ url: `${auth}/session`, headers, remoteAddress: '198.51.100.7' });
      expect(await seen()).toBe(0);
      await server.auth.sessions.flush();
      expect(await seen()).toBeGreaterThan(0);
      expect((await sessions.findByPk(sessionId))?.lastIp).toBe('198.51.100.7');
    });
  });

  test('whatever ends a session acts at once here, and on another process within a second', async () => {
    const { administrator } = server.people;
    const endings: [string, (id: string, token: string) => Promise<{ status: number }>][] = [
      ['logout', (_id, token) => server.call('POST', `${auth}/logout`, token)],
      ['disabled', (id) => server.call('PUT', `/api/v1/users/${id}/status`, administrator.token, { status: 'suspended' })],
      ['locked', (id) => server.call('POST', `/api/v1/users/${id}/lock`, administrator.token, {})],
      ['kicked', (id) => server.call('DELETE', `/api/v1/users/${id}/sessions`, administrator.token)],
      ['deleted', (id) => server.call('DELETE', `/api/v1/users/${id}`, administrator.token)],
    ];
    for (const [account, end] of endings) {
      const { id } = await server.users.create({ account, name: 'E', password: PASSWORD, roles: ['patient'] });
      const { token, sessionId } = await login(account);
      expect([account, await alive(token), await aliveElsewhere(token)]).toEqual([account, true, true]);
      const here: string[] = [];
      const there: string[] = [];
      const stop = [server.auth.onRevoked((ended) => here.push(ended)), other.auth.onRevoked((ended) => there.push(ended))];
      expect([account, (await end(id, token)).status]).toEqual([account, 200]);
      expect([account, await alive(token), here]).toEqual([account, false, [sessionId]]);
      await until(`${account} to be known elsewhere`, () => there.includes(sessionId), 1_000, 20);
      expect(await aliveElsewhere(token)).toBe(false);
      stop.forEach((unsubscribe) => unsubscribe());
    }
    const restarted = await createFoundation(server.config, silentLog);
    const row = await server.database.models.sessions.findOne({ where: { revokedReason: 'logout' }, order: [['createdAt', 'DESC']] });
    expect(restarted.auth.isRevoked(row?.id ?? '')).toBe(true);
    await restarted.close();
  });

  test('a request costs no query to find out who it is and what they may do', async () => {
    const { token } = await login();
    await server.call('GET', `${auth}/session`, token);
    const queries: unknown[] = [];
    const { sequelize } = server.database;
    sequelize.addHook('beforeQuery', 'spy', (_options, query) => void queries.push(query));
    for (let n = 0; n < 5; n++) expect(await alive(token)).toBe(true);
    sequelize.removeHook('beforeQuery', 'spy');
    // The look for signals goes on.
    expect(queries.length).toBeLessThan(5);
  });

  test('roles that change act on the next request, here and elsewhere within a second', async () => {
    const { id } = await server.users.create({ account: 'riser', name: 'R', password: PASSWORD, roles: ['patient'] });
    const { token } = await login('riser');
    expect((await server.call('GET', '/api/v1/patients', token)).status).toBe(403);
    expect((await other.access.of(id)).can('users:find')).toBe(false);
    await server.call('PUT', `/api/v1/users/${id}/roles`, server.people.administrator.token, { roles: ['doctor'] });
    expect((await server.call('GET', '/api/v1/patients', token)).status).toBe(200);
    expect((await server.call('GET', `${auth}/session`, token)).body.data.user.roles).toEqual(['doctor']);
    await until('the other process to know', async () => (await other.access.of(id)).can('users:find'), 1_000, 20);
  });

  test('maintenance removes what has served its time, and nothing else', async () => {
    const { models, transaction } = server.database;
    const { user, sessionId } = await login();
    const old = new Date(Date.now() - 201 * 86_400_000);
    const session = { id: '01a00000-0000-7000-8000-000000000001', userId: user.id, expiresAt: old, createdAt: old };
    const attempt = { method: 'password', success: true, clientType: 'web', deviceKey: 'd', ip: '::1', network: 'n' } as const;
    await transaction(async () => {
      await models.sessions.create(session);
      await models.refreshTokens.create({ tokenHash: 'old', sessionId: session.id, generation: 1, expiresAt: old });
      await models.rateCounters.create({ counterKey: 'old', hits: 1, endsAt: old });
      await models.logins.create({ ...attempt, createdAt: old });
      await models.smsCodes.create({
        id: session.id,
        phoneIndex: 'p',
        scene: 's',
        codeHash: 'c',
        tries: 0,
        expiresAt: old,
        createdAt: old,
      });
      await models.loginStates.create({ stateHash: 's', provider: 'p', ticketHash: 't', expiresAt: old });
    });
    const counts = () => Promise.all([models.sessions.count(), models.refreshTokens.count(), models.logins.count()]);
    const before = await counts();
    await server.modules.maintenance.clean();
    expect(await counts()).toEqual(before.map((count) => count - 1));
    expect(
      await Promise.all([models.rateCounters.count({ where: { counterKey: 'old' } }), models.smsCodes.count(), models.loginStates.count()]),
    ).toEqual([0, 0, 0]);
    expect(await models.sessions.findByPk(sessionId)).not.toBeNull();
  });

  describe('step-up', () => {
    test('opens sensitive operations to this session for five minutes', async () => {
      await server.users.create({ account: 'chief', name: 'C', password: PASSWORD, roles: ['administrator'] });
      const { token, sessionId } = await login('chief');
      const sensitive = () => server.call('POST', '/api/v1/users/delete', token, { ids: ['01a00000-0000-7000-8000-000000000000'] });
      expect([(await sensitive()).status, code(await sensitive())]).toEqual([403, 'step_up_required']);
      expect(code(await server.call('POST', `${auth}/step-up`, token, { password: 'wrong' }))).toBe('bad_credentials');
      expect(code(await server.call('POST', `${auth}/step-up`, token, { code: '123456' }))).toBe('no_phone');
      expect(code(await server.call('POST', `${auth}/step-up/code`, token))).toBe('no_phone');
      const { body } = await server.call('POST', `${auth}/step-up`, token, { password: PASSWORD });
      expect(Date.parse(body.data.until)).toBeGreaterThan(Date.now());
      expect((await sensitive()).status).toBe(200);
      expect(code(await server.call('POST', '/api/v1/users/delete', (await login('chief')).token, { ids: [] }))).toBe('step_up_required');
      const { sessions } = server.database.models;
      const past = { verifiedAt: new Date(Date.now() - 301_000) };
      await server.database.transaction(() => sessions.update(past, { where: { id: sessionId } }));
      expect(code(await sensitive())).toBe('step_up_required');
    });

    test('counts wrong passwords like sign-in does', async () => {
      await server.users.create({ account: 'thief', name: 'T', password: PASSWORD, roles: ['patient'] });
      const { token } = await login('thief');
      for (let n = 0; n < 5; n++) await server.call('POST', `${auth}/step-up`, token, { password: `wrong ${n}` });
      expect(code(await server.call('POST', `${auth}/step-up`, token, { password: PASSWORD }))).toBe('too_many_attempts');
    });
  });
});
