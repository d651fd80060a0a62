/** Signing in through WeChat and an OpenID provider, both simulated, over the API. */
import { type OidcSimulator, startOidc } from '#src/partners/oidc.ts';
import { startWechatLogin, type WechatLoginSimulator } from '#src/partners/wechat-login.ts';
import { PASSWORD, startApp, type TestApp } from '#tests/support/app.ts';

const auth = '/api/v1/auth';
/** Where nobody listens. */
const NOWHERE = 'http://127.0.0.1:9';
const returnTo = (provider: string) => `https://clinic.test/sign-in/${provider}`;

describe('signing in through other services', () => {
  let wechat: WechatLoginSimulator;
  let hospital: OidcSimulator;
  let server: TestApp;
  beforeAll(async () => {
    wechat = await startWechatLogin({ appId: 'wx1', secret: 's1' });
    const client = { clientId: 'wenzhen', clientSecret: 'secret of the client' };
    hospital = await startOidc({ ...client, redirectUri: returnTo('hospital') });
    server = await startApp({
      LOGIN_WECHAT_WEB: 'wx1:s1',
      LOGIN_WECHAT_MINI: 'wx1:s1',
      LOGIN_WECHAT_URL: wechat.url,
      LOGIN_PROVIDERS: JSON.stringify([
        { name: 'hospital', title: '医院', kind: 'oidc', issuer: hospital.url, ...client },
        { name: 'gone', title: '远方', kind: 'oidc', issuer: NOWHERE, ...client },
      ]),
      ...{ SMS_PROVIDER: 'twilio', SMS_KEY: 'AC1', SMS_SECRET: 's', SMS_SIGNATURE: '问诊', SMS_FROM: '+15005550006', SMS_URL: NOWHERE },
    });
  });
  afterAll(async () => {
    await server.close();
    await Promise.all([wechat.close(), hospital.close()]);
  });

  const post = (path: string, body?: unknown, token: string | null = null) => server.call('POST', `${auth}${path}`, token, body);
  const code = (answer: { body: { error?: { code: string } } }) => answer.body.error?.code;

  /** Goes to the provider's page and comes back with what it gives. */
  async function visit(url: string): Promise<Record<string, string>> {
    const { headers } = await fetch(url, { redirect: 'manual' });
    return Object.fromEntries(new URL(headers.get('location') ?? '').searchParams);
  }
  async function leave(provider: string, from = '/providers', token: string | null = null) {
    const { status, body } = await post(`${from}/${provider}/start`, undefined, token);
    expect(status).toBe(200);
    return { ticket: body.data.ticket as string, params: await visit(body.data.url) };
  }

  test('providers are listed', async () => {
    expect((await server.call('GET', `${auth}/providers`)).body.data.items).toEqual([
      { name: 'wechat', title: '微信', kind: 'wechat' },
      { name: 'wechat-mini', title: '微信小程序', kind: 'wechat-mini' },
      { name: 'hospital', title: '医院', kind: 'oidc' },
      { name: 'gone', title: '远方', kind: 'oidc' },
    ]);
    expect(code(await post('/providers/facebook/start'))).toBe('not_found');
    expect(code(await post('/providers/wechat-mini/start'))).toBe('not_found');
    expect(code(await post('/providers/wechat/mini-program', { code: 'x' }))).toBe('not_found');
  });

  test('the first time makes an account, the next times sign in to it, in the mini program too', async () => {
    wechat.signIn({ openId: 'o-1', unionId: 'u-1', nickname: '小明' });
    const first = await post('/providers/wechat/finish', await leave('wechat'));
    expect(first.body.data.user).toMatchObject({ name: '小明', roles: ['patient'], account: null, phone: null });
    const { id } = first.body.data.user;
    expect((await server.call('GET', `${auth}/session`, first.body.data.token)).body.data.user.id).toBe(id);
    expect((await post('/providers/wechat/finish', await leave('wechat'))).body.data.user.id).toBe(id);
    const mini = await post('/providers/wechat-mini/mini-program', { code: wechat.issueCode({ openId: 'o-9', unionId: 'u-1' }) });
    expect(mini.body.data.user.id).toBe(id);
    const stranger = await post('/providers/wechat-mini/mini-program', { code: wechat.issueCode({ openId: 'o-2' }) });
    expect(stranger.body.data.user).toMatchObject({ id: expect.not.stringMatching(id), name: '微信小程序' });
  });

  test('two first times at once make one account', async () => {
    const person = { openId: 'o-3', unionId: 'u-3' };
    const codes = [wechat.issueCode(person), wechat.issueCode(person)];
    const both = await Promise.all(codes.map((each) => post('/providers/wechat-mini/mini-program', { code: each })));
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    expect(new Set(both.map(({ body }) => body.data.user.id)).size).toBe(1);
  });

  test('by OpenID Connect works likewise', async () => {
    hospital.signIn({ sub: 'doctor-7', name: 'Dr. Seven' });
    const first = await post('/providers/hospital/finish', await leave('hospital'));
    expect(first.body.data.user).toMatchObject({ name: 'Dr. Seven', roles: ['patient'] });
    expect((await post('/providers/hospital/finish', await leave('hospital'))).body.data.user.id).toBe(first.body.data.user.id);
  });

  test.each(['wechat', 'hospital'])('a return to %s is good once, for the page that began, with its state', async (provider) => {
    hospital.signIn({ sub: 'somebody' });
    const [one, other] = [await leave(provider), await leave(provider)];
    const finish = (arrival: object) => post(`/providers/${provider}/finish`, arrival);
    expect(code(await finish({ ...one, ticket: other.ticket }))).toBe('login_outdated');
    expect(code(await finish({ ...one, params: { ...one.params, state: 'made-up' } }))).toBe('login_outdated');
    expect(code(await finish({ ...one, params: { code: one.params['code'] } }))).toBe('login_outdated');
    expect((await finish(one)).status).toBe(200);
    expect(code(await finish(one))).toBe('login_outdated');
    // The code of a finished sign-in under the state of another one.
    expect(code(await finish({ ...other, params: { ...other.params, code: one.params['code'] } }))).toBe('provider_refused');
    expect(code(await finish(other))).toBe('login_outdated');
    const late = await leave(provider);
    const { loginStates } = server.database.models;
    await server.database.transaction(() => loginStates.update({ expiresAt: new Date(Date.now() - 1) }, { where: {} }));
    expect(code(await finish(late))).toBe('login_outdated');
  });

  test('a provider that declines, and one that is away, are told apart', async () => {
    hospital.signIn(null);
    expect(code(await post('/providers/hospital/finish', await leave('hospital')))).toBe('provider_refused');
    expect(code(await post('/providers/wechat-mini/mini-program', { code: 'made up' }))).toBe('provider_refused');
    wechat.fail({ kind: 'status', status: 500 });
    const away = await post('/providers/wechat-mini/mini-program', { code: wechat.issueCode({ openId: 'o-5' }) });
    expect([away.status, code(away)]).toEqual([503, 'provider_unavailable']);
    wechat.heal();
    const { token } = server.people.patient;
    await server.stepUp(token);
    for (const [from, who] of [['/providers', null] as const, ['/identities', token] as const]) {
      const arrival = await leave('wechat', from, who);
      wechat.fail({ kind: 'status', status: 500 });
      const answers = [await post(`${from}/gone/start`, undefined, who), await post(`${from}/wechat/finish`, arrival, who)];
      expect(answers.map((answer) => [answer.status, code(answer)])).toEqual(Array(2).fill([503, 'provider_unavailable']));
      wechat.heal();
    }
  });

  test('codes that cannot be sent are refused as such', async () => {
    await server.users.create({ account: 'phoned', name: 'P', password: PASSWORD, roles: ['patient'], phone: '+8613900000009' });
    const token = await server.signIn('phoned');
    const answers = [await post('/sms-code', { phone: '13900000008', scene: 'bind' }), await post('/step-up/code', undefined, token)];
    expect(answers.map((answer) => [answer.status, code(answer)])).toEqual(Array(2).fill([503, 'sms_unavailable']));
  });

  test('of somebody who is disabled is refused', async () => {
    const mini = () => post('/providers/wechat-mini/mini-program', { code: wechat.issueCode({ openId: 'o-6' }) });
    const { id } = (await mini()).body.data.user;
    await server.call('PUT', `/api/v1/users/${id}/status`, server.people.administrator.token, { status: 'inactive' });
    expect(code(await mini())).toBe('account_disabled');
  });

  test('a signed-in person adds and removes identities, with a fresh proof; one belongs to one account', async () => {
    await server.users.create({ account: 'linker', name: 'L', password: PASSWORD, roles: ['patient'] });
    const token = await server.signIn('linker');
    expect(code(await post('/identities/hospital/start', undefined, token))).toBe('step_up_required');
    await server.stepUp(token);
    hospital.signIn({ sub: 'linker-9', name: 'Linked' });
    const arrival = await leave('hospital', '/identities', token);
    expect(code(await post('/providers/hospital/finish', arrival))).toBe('login_outdated');
    const { items } = (await post('/identities/hospital/finish', await leave('hospital', '/identities', token), token)).body.data;
    expect(items).toMatchObject([{ provider: 'hospital', label: 'Linked' }]);
    const signedIn = await post('/providers/hospital/finish', await leave('hospital'));
    expect(signedIn.body.data.user.account).toBe('linker');

    const other = server.people.otherPatient.token;
    await server.stepUp(other);
    expect(code(await post('/identities/hospital/finish', await leave('hospital', '/identities', other), other))).toBe('identity_taken');
    expect(code(await server.call('DELETE', `${auth}/identities/${items[0].id}`, other))).toBe('not_found');
    expect((await server.call('DELETE', `${auth}/identities/${items[0].id}`, token)).status).toBe(200);
    expect((await server.call('GET', `${auth}/identities`, token)).body.data.items).toEqual([]);
  });

  test('a person with several names at WeChat is listed once, and all of them are gone with it', async () => {
    await server.users.create({ account: 'several', name: 'S', password: PASSWORD, roles: ['patient'] });
    const token = await server.signIn('several');
    await server.stepUp(token);
    wechat.signIn({ openId: 'o-20', unionId: 'u-20' });
    const { items } = (await post('/identities/wechat/finish', await leave('wechat', '/identities', token), token)).body.data;
    expect(items).toHaveLength(1);
    expect((await server.call('DELETE', `${auth}/identities/${items[0].id}`, token)).status).toBe(200);
    const stranger = await post('/providers/wechat/finish', await leave('wechat'));
    expect(stranger.body.data.user.account).toBeNull();
  });

  test('the last way in cannot be removed', async () => {
    const { token } = (await post('/providers/wechat-mini/mini-program', { code: wechat.issueCode({ openId: 'o-8' }) })).body.data;
    const [identity] = (await server.call('GET', `${auth}/identities`, token)).body.data.items;
    const remove = () => server.call('DELETE', `${auth}/identities/${identity.id}`, token);
    expect(code(await remove())).toBe('step_up_required');
    const { sessions } = server.database.models;
    await server.database.transaction(() => sessions.update({ verifiedAt: new Date() }, { where: {} }));
    expect(code(await remove())).toBe('last_way_in');
  });
});
