/** The other services that people may sign in with, from the accounts that the clinic has there, in one form. */
import { randomBytes } from 'node:crypto';
import type { Foundation } from '#src/foundation.ts';
import { type Breaker, createBreaker } from '#src/partners/breaker.ts';
import type { PartnerAccount } from '#src/settings/partner-catalogue.ts';
import type { LoginMethod } from './model.ts';
import { createOAuthProvider, type SavedLogin } from './oauth.ts';
import { exchangeWechatCode, type WechatIdentity, type WechatOptions, wechatPage } from './wechat.ts';

/** Somebody as a service tells of them. */
export interface Person {
  /** All names that this person has there; one of them is enough to know them again. */
  subjects: { provider: string; subject: string }[];
  name?: string | undefined;
}

export interface ExternalProvider {
  readonly name: string;
  readonly title: string;
  readonly kind: 'oidc' | 'oauth2' | 'wechat' | 'wechat-mini';
  readonly method: LoginMethod;
  /** Sends somebody there. @throws {PartnerError} */
  start?(): Promise<{ url: string; state: string; nonce?: string; verifier?: string }>;
  /** Who came back. @throws {PartnerError} */
  finish?(params: Record<string, string>, saved: SavedLogin): Promise<Person>;
  /** Who a code of a mini program stands for. @throws {PartnerError} */
  exchange?(code: string): Promise<Person>;
}

type Parts = Pick<Foundation, 'config' | 'partners' | 'log'>;

/**
 * @param returnTo address of the page that people come back to from a provider
 * @returns the providers as they are now; each stays the same while its account does
 */
export function createProviders(
  { config, partners, log }: Parts,
  returnTo: (provider: string) => string,
): () => readonly ExternalProvider[] {
  const base = config.LOGIN_WECHAT_URL && { baseUrl: config.LOGIN_WECHAT_URL };
  const breaker = createBreaker({ name: 'wechat-login', log });
  let kept: { accounts: readonly unknown[]; made: readonly ExternalProvider[] } | undefined;
  return () => {
    const accounts = [partners.get('wechat'), partners.get('wechat-mini'), partners.get('sign-in')] as const;
    if (kept && accounts.every((account, index) => account === kept?.accounts[index])) return kept.made;
    const [web, mini, others] = accounts;
    const made = [
      ...(web ? [wechatWebsite({ kind: 'web', ...web, ...base, breaker }, returnTo)] : []),
      ...(mini ? [wechatMiniProgram({ kind: 'mini-program', ...mini, ...base, breaker })] : []),
      ...(others?.providers ?? []).map((settings) => oauth(settings, createBreaker({ name: settings.name, log }), returnTo)),
    ];
    kept = { accounts, made };
    return made;
  };
}

/** People are one over all apps of a developer where WeChat says so. */
const wechatPerson = (appId: string, { openId, unionId, nickname }: WechatIdentity): Person => ({
  subjects: [
    { provider: 'wechat', subject: `${appId}:${openId}` },
    ...(unionId ? [{ provider: 'wechat', subject: `union:${unionId}` }] : []),
  ],
  name: nickname?.trim().slice(0, 100) || undefined,
});

function wechatWebsite(options: WechatOptions, returnTo: (provider: string) => string): ExternalProvider {
  const name = 'wechat';
  return {
    name,
    title: '微信',
    kind: 'wechat',
    method: 'wechat',
    async start() {
      const state = randomBytes(24).toString('base64url');
      return { url: wechatPage(options, returnTo(name), state), state };
    },
    finish: async ({ code = '' }) => wechatPerson(options.appId, await exchangeWechatCode(options, code)),
  };
}

const wechatMiniProgram = (options: WechatOptions): ExternalProvider => ({
  name: 'wechat-mini',
  title: '微信小程序',
  kind: 'wechat-mini',
  method: 'wechat',
  exchange: async (code) => wechatPerson(options.appId, await exchangeWechatCode(options, code)),
});

function oauth(
  settings: PartnerAccount<'sign-in'>['providers'][number],
  breaker: Breaker,
  returnTo: (provider: string) => string,
): ExternalProvider {
  const { title, scope, ...rest } = settings;
  const { name } = rest;
  const fields = 'fields' in rest ? { fields: withoutAbsent(rest.fields) } : {};
  const made = { redirectUri: returnTo(name), breaker, ...(scope !== undefined && { scope }), ...fields };
  const provider = () => createOAuthProvider({ ...rest, ...made } as Parameters<typeof createOAuthProvider>[0]);
  let known: ReturnType<typeof provider> | undefined;
  // Made when it is first needed: only then is the server's own address known.
  const get = () => (known ??= provider());
  return {
    name,
    title,
    kind: rest.kind,
    method: 'oauth',
    start: () => get().start(),
    async finish(params, saved) {
      const { subject, name: shown } = await get().finish(params, saved);
      return { subjects: [{ provider: name, subject }], name: shown?.trim().slice(0, 100) || undefined };
    },
  };
}

const withoutAbsent = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, part]) => part !== undefined)) as T;
