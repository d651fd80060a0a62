/**
 * Accounts of this clinic at other services (CFG-01): their form, and what the environment says of each. Payment partners have routes
 * of their own (`src/payments/gateway-registry.ts`). A module that asks another service adds its line here.
 */
import { z } from 'zod';
import type { Config } from '#config/index.ts';
import { signInProvider } from '#config/login.ts';

/** What a secret is shown as. Given back unchanged it stays what it is. */
export const MASK = '********';
/** Fields that are secrets, wherever they are: never answered, never in the history. */
export const SECRET_FIELDS: ReadonlySet<string> = new Set(['secret', 'password', 'clientSecret']);
/** Fields that say who is asked with a secret: it does not stay when one of them changes, or whoever changes it could have it sent to them. */
export const ADDRESS_FIELDS: ReadonlySet<string> = new Set([
  ...['provider', 'key', 'user', 'url', 'appId', 'clientId', 'kind', 'issuer'],
  ...['authorizationEndpoint', 'tokenEndpoint', 'userinfoEndpoint'],
]);

const word = z.string().trim().min(1).max(200);
const secret = z.string().min(1).max(1_000).describe(`shown as \`${MASK}\`; given back so it stays as it is`);
const web = z.url({ protocol: /^https?$/ }).max(500);
const withoutCredentials = (url: string) => !URL.canParse(url) || (new URL(url).username === '' && new URL(url).password === '');
const bare = { error: 'has user and password in fields of their own' };

const smsBase = {
  key: word.describe('AccessKey id (Aliyun), secret id (Tencent Cloud) or account SID (Twilio)'),
  secret,
  signature: word.describe('name of the sender before the text'),
  url: web.optional().describe('address in place of the provider’s own, for a simulator; not in production'),
};
const sms = z.discriminatedUnion('provider', [
  z.strictObject({ provider: z.literal('aliyun'), ...smsBase }),
  z.strictObject({ provider: z.literal('tencent'), ...smsBase, appId: word.describe('`SdkAppId`') }),
  z.strictObject({
    provider: z.literal('twilio'),
    ...smsBase,
    key: word.regex(/^AC/, 'is no account SID'),
    from: word.describe('own number or messaging service'),
  }),
]);
const mail = z
  .strictObject({
    url: z
      .url({ protocol: /^smtps?$/ })
      .max(500)
      .refine(withoutCredentials, bare),
    user: word.optional(),
    password: secret.optional(),
    from: word.describe('sender, for example `Clinic <no-reply@clinic.example>`'),
  })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), { path: ['password'], error: 'goes with `user`' });
const wechat = z.strictObject({ appId: word, secret });
const unique = (names: readonly string[]) => new Set(names).size === names.length;
const signIn = z.strictObject({
  providers: z
    .array(signInProvider)
    .max(20)
    .refine((all) => unique(['wechat', 'wechat-mini', ...all.map(({ name }) => name)]), 'has a name twice, or one of WeChat’s'),
});
const hospitals = z.strictObject({
  systems: z
    .array(
      z
        .strictObject({
          key: z.string().regex(/^[\w-]{1,40}$/),
          url: web.refine(withoutCredentials, bare),
          user: word.optional(),
          password: secret.optional(),
        })
        .refine(({ user, password }) => (user === undefined) === (password === undefined), {
          path: ['password'],
          error: 'goes with `user`',
        }),
    )
    .max(100)
    .refine((all) => unique(all.map(({ key }) => key)), 'has a key twice'),
});
const turn = z.strictObject({
  urls: z
    .array(z.string().regex(/^turns?:\S{1,200}$/))
    .min(1)
    .max(10),
  secret,
});

const schemas = { sms, mail, wechat, 'wechat-mini': wechat, 'sign-in': signIn, hospitals, turn } as const;

export type PartnerName = keyof typeof schemas;
export type PartnerAccount<N extends PartnerName> = z.infer<(typeof schemas)[N]>;
export const partnerNames = Object.keys(schemas) as [PartnerName, ...PartnerName[]];
export const partnerSchema = (name: PartnerName): z.ZodType => schemas[name];

/** Percent signs that encode nothing are taken as they are. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Who and where, of an address that may hold a user and a password. */
function apart(address: string): { url: string; user?: string; password?: string } {
  const url = new URL(address);
  const [user, password] = [decoded(url.username), decoded(url.password)];
  url.username = '';
  url.password = '';
  return { url: url.href.replace(/\/$/, ''), ...(user && { user, password }) };
}

/** The accounts that the environment names, in force until somebody stores others. `config/` has checked that each is complete. */
export function environmentAccounts(config: Config): { [N in PartnerName]: PartnerAccount<N> | null } {
  const { SMTP_URL, SMTP_FROM = '', HOSPITAL_SYSTEMS: links, TURN_URLS: urls, TURN_SECRET } = config;
  const systems = links.map((link) => {
    const split = link.indexOf('=');
    return { key: link.slice(0, split), ...apart(link.slice(split + 1)) };
  });
  return {
    sms: smsOf(config),
    mail: SMTP_URL ? { ...apart(SMTP_URL), from: SMTP_FROM } : null,
    wechat: config.LOGIN_WECHAT_WEB ?? null,
    'wechat-mini': config.LOGIN_WECHAT_MINI ?? null,
    'sign-in': config.LOGIN_PROVIDERS.length > 0 ? { providers: config.LOGIN_PROVIDERS } : null,
    hospitals: systems.length > 0 ? { systems } : null,
    turn: urls.length > 0 && TURN_SECRET ? { urls, secret: TURN_SECRET } : null,
  };
}

function smsOf(config: Config): PartnerAccount<'sms'> | null {
  const { SMS_PROVIDER: provider, SMS_KEY: key = '', SMS_SECRET = '', SMS_SIGNATURE: signature = '', SMS_URL: url } = config;
  const base = { key, secret: SMS_SECRET, signature, ...(url !== undefined && { url }) };
  switch (provider) {
    case undefined:
      return null;
    case 'aliyun':
      return { provider, ...base };
    case 'tencent':
      return { provider, ...base, appId: config.SMS_APP_ID ?? '' };
    case 'twilio':
      return { provider, ...base, from: config.SMS_FROM ?? '' };
  }
}
