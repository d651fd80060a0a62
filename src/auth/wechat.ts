/** Signing in with WeChat: on a website (a page of WeChat with a code to scan) or in a mini program. */
import { z } from 'zod';
import type { Breaker } from '#src/partners/breaker.ts';
import { PartnerError } from '#src/partners/partner-error.ts';

export interface WechatOptions {
  /** `web`: "website application" of the open platform; `mini-program`: its `wx.login()` gives the code. */
  kind: 'web' | 'mini-program';
  appId: string;
  secret: string;
  breaker: Breaker;
  /** Default: WeChat. */
  baseUrl?: string;
}

export interface WechatIdentity {
  /** Of the person in this one app. */
  openId: string;
  /** Of the person in all apps of the same developer; only where the app is bound to an account of the open platform. */
  unionId?: string;
  nickname?: string;
  avatarUrl?: string;
}

const NAME = 'wechat-login';
const API = 'https://api.weixin.qq.com';
const PAGES = 'https://open.weixin.qq.com';
/** Faults of WeChat that pass: busy, and too many requests. */
const PASSING = new Set([-1, 45_009, 45_011]);

const refusal = z.object({ errcode: z.int().optional() });
const session = z.object({ openid: z.string().min(1), unionid: z.string().optional() });
const token = session.extend({ access_token: z.string().min(1) });
const profile = z.object({ nickname: z.string().optional(), headimgurl: z.string().optional(), unionid: z.string().optional() });

/**
 * Where a person is sent to sign in on a website; comes back to `redirectUri` with `code` and `state`.
 * @param state random, kept for this browser, and compared by the caller when the person comes back
 */
export function wechatPage(
  { appId, baseUrl = PAGES }: Pick<WechatOptions, 'appId' | 'baseUrl'>,
  redirectUri: string,
  state: string,
): string {
  const url = new URL('/connect/qrconnect', baseUrl);
  // In the order of WeChat's documentation, which asks for it.
  url.search = new URLSearchParams({
    appid: appId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'snsapi_login',
    state,
  }).toString();
  return `${url.href}#wechat_redirect`;
}

/**
 * Who a code stands for. Tokens and the session key that WeChat answers with are not kept: we only need the identity.
 * @throws {PartnerError} `refused`, with WeChat's number as reason: a code that is wrong, old or used before; `unavailable`
 */
export async function exchangeWechatCode(options: WechatOptions, code: string): Promise<WechatIdentity> {
  const { kind, appId, secret, breaker } = options;
  const app = { appid: appId, secret };
  return breaker.call(async (signal) => {
    if (kind === 'mini-program') {
      const query = { ...app, js_code: code, grant_type: 'authorization_code' };
      return identity(await ask(options, '/sns/jscode2session', query, session, signal));
    }
    const granted = await ask(options, '/sns/oauth2/access_token', { ...app, code, grant_type: 'authorization_code' }, token, signal);
    const query = { access_token: granted.access_token, openid: granted.openid, lang: 'zh_CN' };
    // The code is spent by now: somebody without a picture is better than somebody who has to begin again.
    const person = await ask(options, '/sns/userinfo', query, profile, signal).catch((): z.infer<typeof profile> => ({}));
    return identity({ ...granted, unionid: person.unionid ?? granted.unionid, nickname: person.nickname, avatarUrl: person.headimgurl });
  });
}

/** The address holds the app's secret and must appear in no error. */
async function ask<T>({ baseUrl = API }: WechatOptions, path: string, query: object, form: z.ZodType<T>, signal: AbortSignal): Promise<T> {
  const url = new URL(path, baseUrl);
  url.search = new URLSearchParams({ ...query }).toString();
  const response = await fetch(url, { signal, redirect: 'error' });
  if (!response.ok) throw new PartnerError(NAME, 'unavailable', { reason: `http_${response.status}` });
  // WeChat calls its JSON plain text.
  const body: unknown = await response.json();
  const { errcode } = refusal.safeParse(body).data ?? {};
  if (errcode) throw new PartnerError(NAME, PASSING.has(errcode) ? 'unavailable' : 'refused', { reason: String(errcode) });
  const parsed = form.safeParse(body);
  if (!parsed.success) throw new PartnerError(NAME, 'unavailable', { reason: 'unexpected_answer' });
  return parsed.data;
}

interface Person extends z.infer<typeof session> {
  nickname?: string | undefined;
  avatarUrl?: string | undefined;
}

function identity({ openid, unionid, nickname, avatarUrl }: Person): WechatIdentity {
  return { openId: openid, ...(unionid && { unionId: unionid }), ...(nickname && { nickname }), ...(avatarUrl && { avatarUrl }) };
}
