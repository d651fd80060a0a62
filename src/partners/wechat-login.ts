/** Simulator of signing in with WeChat: on a website (snsapi_login) and in a mini program. */
import { randomBytes } from 'node:crypto';
import { type HttpSimulator, type SimulatedAnswer, startHttpSimulator } from './http-simulator.ts';
import { createOneTimeCodes, type Redeemed } from './one-time-codes.ts';
import { sameText } from './same-text.ts';

export interface WechatPerson {
  openId: string;
  unionId?: string;
  nickname?: string;
  avatarUrl?: string;
}

export interface WechatLoginSimulator extends HttpSimulator {
  /** Who scans the code from now on, on the page that people are sent to. */
  signIn(person: WechatPerson): void;
  /** What the person's WeChat app gives us: good once. */
  issueCode(person: WechatPerson): string;
}

/** Codes of WeChat's documentation, "Global return codes". */
const errors = { badSecret: 40_125, badCode: 40_029, usedCode: 40_163, badAppId: 40_013, badToken: 40_001, notFound: 40_066 } as const;

/** WeChat answers faults with status 200, and JSON as plain text. */
const json = (body: object): SimulatedAnswer => ({ headers: { 'content-type': 'text/plain' }, body: JSON.stringify(body) });
const failure = (errcode: number) => json({ errcode, errmsg: `refused, rid: ${randomBytes(6).toString('hex')}` });

export async function startWechatLogin(app: { appId: string; secret: string }): Promise<WechatLoginSimulator> {
  const codes = createOneTimeCodes<WechatPerson>();
  const tokens = new Map<string, WechatPerson>();
  let present: WechatPerson = { openId: 'o6_bmjrPTlm6_2sgVt7hMZOPfL2M', unionId: 'o6_bmasdasdsad6_2sgVt7hMZOPfL', nickname: '小明' };

  /** The person whom the app, with its secret and a fresh code, asks for. */
  function redeem(query: URLSearchParams, codeName: string): WechatPerson | SimulatedAnswer {
    if (query.get('appid') !== app.appId) return failure(errors.badAppId);
    if (!sameText(query.get('secret') ?? '', app.secret)) return failure(errors.badSecret);
    const redeemed: Redeemed<WechatPerson> = codes.redeem(query.get(codeName) ?? '');
    if (redeemed.state === 'good') return redeemed.value;
    return failure(redeemed.state === 'spent' ? errors.usedCode : errors.badCode);
  }

  const pages: Record<string, (query: URLSearchParams) => SimulatedAnswer> = {
    '/connect/qrconnect'(query) {
      const back = URL.parse(query.get('redirect_uri') ?? '');
      if (query.get('appid') !== app.appId || query.get('scope') !== 'snsapi_login' || !back) return { status: 400, body: 'Bad request' };
      back.searchParams.set('code', codes.issue(present));
      back.searchParams.set('state', query.get('state') ?? '');
      return { status: 302, headers: { location: back.href } };
    },
    '/sns/oauth2/access_token'(query) {
      const person = redeem(query, 'code');
      if (!('openId' in person)) return person;
      const token = randomBytes(32).toString('base64url');
      tokens.set(token, person);
      const { openId: openid, unionId: unionid } = person;
      return json({ access_token: token, expires_in: 7_200, refresh_token: 'unused', openid, scope: 'snsapi_login', unionid });
    },
    '/sns/userinfo'(query) {
      const person = tokens.get(query.get('access_token') ?? '');
      if (!person || person.openId !== query.get('openid')) return failure(errors.badToken);
      const { openId: openid, unionId: unionid, nickname = '', avatarUrl = '' } = person;
      return json({ openid, nickname, sex: 0, province: '', city: '', country: '', headimgurl: avatarUrl, privilege: [], unionid });
    },
    '/sns/jscode2session'(query) {
      const person = redeem(query, 'js_code');
      if (!('openId' in person)) return person;
      return json({ openid: person.openId, unionid: person.unionId, session_key: randomBytes(16).toString('base64') });
    },
  };

  const simulator = await startHttpSimulator(({ url }) => pages[url.pathname]?.(url.searchParams) ?? failure(errors.notFound));
  return {
    ...simulator,
    signIn: (person) => void (present = person),
    issueCode: codes.issue,
  };
}
