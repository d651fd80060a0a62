import { createOAuthProvider, type OAuthProvider, type SavedLogin } from '#src/auth/oauth.ts';
import { exchangeWechatCode, type WechatOptions, wechatPage } from '#src/auth/wechat.ts';
import { createBreaker } from '#src/partners/breaker.ts';
import { type OidcSimulator, startOidc } from '#src/partners/oidc.ts';
import type { PartnerError } from '#src/partners/partner-error.ts';
import { startWechatLogin, type WechatLoginSimulator, type WechatPerson } from '#src/partners/wechat-login.ts';
import { silentLog } from '#tests/support/app.ts';

const breaker = (name: string) => createBreaker({ name, log: silentLog, failures: 100, timeoutMs: 3_000 });
const fault = (work: Promise<unknown>): Promise<PartnerError> =>
  work.then(
    () => {
      throw new Error('was let in');
    },
    (error: PartnerError) => error,
  );

/** Where a page sends the browser. */
async function sentTo(url: string): Promise<URL> {
  const { status, headers } = await fetch(url, { redirect: 'manual' });
  expect(status).toBe(302);
  return new URL(headers.get('location') ?? '');
}

describe('exchangeWechatCode()', () => {
  const person: WechatPerson = { openId: 'o-1', unionId: 'u-1', nickname: '小明', avatarUrl: 'https://thirdwx.example/1.png' };
  const secret = 'secret of the app';
  let wechat: WechatLoginSimulator;
  let web: WechatOptions;
  beforeAll(async () => {
    wechat = await startWechatLogin({ appId: 'wx1', secret });
    web = { kind: 'web', appId: 'wx1', secret, breaker: breaker('wechat-login'), baseUrl: wechat.url };
  });
  afterEach(() => wechat.heal());
  afterAll(() => wechat.close());

  test('answers who scanned the code on the page that people are sent to', async () => {
    wechat.signIn(person);
    const page = wechatPage(web, 'https://clinic.example/wechat?from=login', 's-1');
    expect(page).toMatch(
      /\/connect\/qrconnect\?appid=wx1&redirect_uri=https%3A.*&response_type=code&scope=snsapi_login&state=s-1#wechat_redirect$/,
    );
    const back = await sentTo(page);
    expect([back.searchParams.get('state'), back.searchParams.get('from')]).toEqual(['s-1', 'login']);
    expect(await exchangeWechatCode(web, back.searchParams.get('code')!)).toEqual(person);
  });

  test('answers who uses the mini program', async () => {
    const code = wechat.issueCode(person);
    expect(await exchangeWechatCode({ ...web, kind: 'mini-program' }, code)).toEqual({ openId: 'o-1', unionId: 'u-1' });
    expect(await exchangeWechatCode({ ...web, kind: 'mini-program' }, wechat.issueCode({ openId: 'o-2' }))).toEqual({ openId: 'o-2' });
  });

  test('lets the person in without name and picture when WeChat does not give them', async () => {
    const code = wechat.issueCode(person);
    wechat.fail({ kind: 'slow', ms: 0 });
    wechat.fail({ kind: 'status', status: 500 });
    expect(await exchangeWechatCode(web, code)).toEqual({ openId: 'o-1', unionId: 'u-1' });
  });

  test.each(['web', 'mini-program'] as const)('refuses a code that was used before (%s)', async (kind) => {
    const code = wechat.issueCode(person);
    await exchangeWechatCode({ ...web, kind }, code);
    expect(await fault(exchangeWechatCode({ ...web, kind }, code))).toMatchObject({ fault: 'refused', reason: '40163' });
  });

  test.each([
    ['a code that WeChat never gave', {}, 'invented', '40029'],
    ['an empty code', {}, '', '40029'],
    ['a wrong secret', { secret: 'another' }, undefined, '40125'],
    ['an unknown app', { appId: 'wx2' }, undefined, '40013'],
  ])('refuses %s', async (_what, change, code, reason) => {
    const given = code ?? wechat.issueCode(person);
    expect(await fault(exchangeWechatCode({ ...web, ...change }, given))).toMatchObject({ fault: 'refused', reason });
  });

  test.each([
    ['fails', { kind: 'status', status: 502 }, 'http_502'],
    ['cuts the connection', { kind: 'reset' }, expect.stringMatching(/^(ECONNRESET|UND_ERR_SOCKET)$/)],
  ] as const)('is unavailable when WeChat %s, and tells no secret', async (_what, how, reason) => {
    wechat.fail(how);
    const error = await fault(exchangeWechatCode(web, wechat.issueCode(person)));
    expect(error).toMatchObject({ fault: 'unavailable', reason });
    expect(`${error.stack}${String(error.cause)}${JSON.stringify(error)}`).not.toContain('secret');
  });
});

const SETTINGS = { clientId: 'wenzhen', clientSecret: 'secret of the client', redirectUri: 'https://clinic.example/oauth/hospital' };
const ming = { sub: 'p-1', name: 'Li Ming', email: 'ming@hospital.example', email_verified: true };

let provider: OidcSimulator;
beforeAll(async () => {
  provider = await startOidc(SETTINGS);
});
beforeEach(() => {
  provider.heal();
  provider.forge({});
  provider.signIn(ming);
});
afterAll(() => provider.close());

const oidc = (change: object = {}) =>
  createOAuthProvider({ kind: 'oidc', name: 'hospital', issuer: provider.url, ...SETTINGS, breaker: breaker('hospital'), ...change });
const oauth2 = () =>
  createOAuthProvider({
    kind: 'oauth2',
    name: 'forge',
    authorizationEndpoint: `${provider.url}/authorize`,
    tokenEndpoint: `${provider.url}/token`,
    userinfoEndpoint: `${provider.url}/userinfo`,
    fields: { subject: 'sub', name: 'name' },
    ...SETTINGS,
    breaker: breaker('forge'),
  });

/** Sends a browser to the provider and brings it back. */
async function visit(client: OAuthProvider): Promise<{ params: Record<string, string>; saved: SavedLogin }> {
  const { url, ...saved } = await client.start();
  return { params: Object.fromEntries((await sentTo(url)).searchParams), saved };
}

describe.each([
  ['OpenID Connect', oidc, { subject: 'p-1', email: 'ming@hospital.example', name: 'Li Ming' }],
  ['OAuth 2.0', oauth2, { subject: 'p-1', name: 'Li Ming' }],
])('%s', (_name, create, identity) => {
  test('start() and finish() answer who signed in at the provider', async () => {
    const client = create();
    const { params, saved } = await visit(client);
    expect(await client.finish(params, saved)).toEqual(identity);
  });

  test('start() makes state, nonce and verifier anew each time and sends only the hash of the last', async () => {
    const client = create();
    const [one, other] = [await client.start(), await client.start()];
    for (const key of ['state', 'nonce', 'verifier'] as const) expect(one[key]).not.toBe(other[key]);
    expect(one.url).not.toContain(one.verifier);
    expect(new URL(one.url).searchParams.get('code_challenge_method')).toBe('S256');
  });

  test('finish() refuses a code that was used before, also with the same state and verifier', async () => {
    const client = create();
    const { params, saved } = await visit(client);
    await client.finish(params, saved);
    expect(await fault(client.finish(params, saved))).toMatchObject({ fault: 'refused', reason: 'invalid_grant' });
  });

  test.each([
    ['another state', (params: Record<string, string>) => ({ ...params, state: 'x'.repeat(43) })],
    ['no state', ({ state: _state, ...params }: Record<string, string>) => params],
  ])('finish() refuses %s before the provider is asked', async (_what, change) => {
    const client = create();
    const { params, saved } = await visit(client);
    const before = provider.requests();
    expect(await fault(client.finish(change(params), saved))).toMatchObject({ fault: 'refused', reason: 'state_mismatch' });
    expect(provider.requests()).toBe(before);
    expect(await client.finish(params, saved)).toEqual(identity);
  });

  test("finish() refuses a code that was got in somebody else's browser", async () => {
    const client = create();
    const [mine, theirs] = [await visit(client), await visit(client)];
    const mixed = { ...mine.params, code: theirs.params['code']! };
    expect(await fault(client.finish(mixed, mine.saved))).toMatchObject({ fault: 'refused', reason: 'invalid_grant' });
  });

  test('finish() refuses a person who declined', async () => {
    provider.signIn(null);
    const client = create();
    const { params, saved } = await visit(client);
    expect(await fault(client.finish(params, saved))).toMatchObject({ fault: 'refused', reason: 'access_denied' });
  });

  test('finish() is unavailable while the provider fails, and tells no code, token or secret', async () => {
    const client = create();
    const { params, saved } = await visit(client);
    provider.fail({ kind: 'status', status: 503 });
    const error = await fault(client.finish(params, saved));
    expect(error).toMatchObject({ fault: 'unavailable', reason: 'http_503' });
    for (const secret of [params['code']!, saved.verifier, SETTINGS.clientSecret]) {
      expect(`${error.stack}${String(error.cause)}${JSON.stringify(error)}`).not.toContain(secret);
    }
  });
});

describe('OpenID Connect', () => {
  test.each([
    ['another nonce', { nonce: 'another' }, false],
    ['another audience', { aud: 'elsewhere' }, false],
    ['another issuer', { iss: 'https://elsewhere.example' }, false],
    ['an end in the past', { exp: 1_000 }, false],
    ['a signature by another key', {}, true],
    ['another person than the profile', { sub: 'p-2' }, false],
  ])('finish() refuses an identity token with %s', async (_what, claims, wrongKey) => {
    const client = oidc();
    provider.forge(claims, wrongKey);
    const { params, saved } = await visit(client);
    expect(await fault(client.finish(params, saved))).toMatchObject({ name: 'PartnerError', fault: 'refused' });
  });

  test('finish() passes no address on that the provider has not checked', async () => {
    const client = oidc();
    for (const email_verified of [false, undefined]) {
      provider.signIn({ sub: 'p-3', email: 'victim@clinic.example', ...(email_verified !== undefined && { email_verified }) });
      const { params, saved } = await visit(client);
      expect(await client.finish(params, saved)).toEqual({ subject: 'p-3' });
    }
  });

  test('finish() with a wrong secret is refused', async () => {
    const client = oidc({ clientSecret: 'another' });
    const { params, saved } = await visit(client);
    expect(await fault(client.finish(params, saved))).toMatchObject({ fault: 'refused', reason: 'invalid_client' });
  });

  test('start() asks for the description of the provider once, and again after a failure', async () => {
    const client = oidc();
    provider.fail({ kind: 'status', status: 503 });
    expect(await fault(client.start())).toMatchObject({ fault: 'unavailable', reason: 'http_503' });
    const before = provider.requests();
    await client.start();
    await client.start();
    expect(provider.requests()).toBe(before + 1);
  });

  test('start() does not speak plain HTTP with a provider elsewhere', async () => {
    const client = oidc({ issuer: 'http://provider.example' });
    expect(await fault(client.start())).toMatchObject({ fault: 'refused' });
  });
});
