import { z } from 'zod';
import { id, listOf, paging, sortBy, text, time } from '#src/plugins/fields.ts';
import { accountName, userView } from '#src/users/schemas.ts';
import { clientTypes, loginMethods } from './model.ts';
import { MAX_PASSWORD, newPassword } from './passwords.ts';
import { phoneInput } from './phones.ts';
import { scenes } from './sms-codes.ts';

const client = z
  .strictObject({
    type: z.enum(clientTypes).optional().describe('default: told from the user agent'),
    deviceId: text(64).optional().describe('random, kept by the client'),
    deviceName: text(100).optional(),
  })
  .default({});
/** At sign-in anything is compared. */
const password = z
  .string()
  .min(1)
  .max(2 * MAX_PASSWORD);
const code = z.string().trim().min(1).max(12).describe('six digits, from a text message');
const role = z.enum(['patient', 'doctor']).default('patient');
const signInName = text(64).transform((name) => name.normalize('NFKC').toLowerCase());

const byPassword = z.strictObject({ account: signInName.describe('account name, phone number or staff number'), password, client });
const byCode = z.strictObject({ phone: phoneInput, code, client });
export const credentials = z.union([byPassword, byCode]).meta({
  examples: [
    { account: 'doctor', password: 'as printed at the first start' },
    { phone: '13800138000', code: '123456' },
  ],
});

const person = { name: text(100).optional(), role, client };
export const registration = z
  .union([
    z.strictObject({ account: accountName, password: newPassword, ...person }),
    z.strictObject({ phone: phoneInput, code, password: newPassword.optional(), ...person }),
  ])
  .meta({
    examples: [
      { account: 'wang-min', password: 'correct horse 9', name: '王敏' },
      { phone: '13800138000', code: '123456' },
    ],
  });

export const login = z.object({
  token: z.string().describe('send it as `Authorization: Bearer …` and in the handshake of the socket'),
  expiresAt: time,
  refreshToken: z.string().describe('gives the next tokens, once; see `/auth/refresh`'),
  refreshExpiresAt: time,
  sessionId: z.string(),
  user: userView.extend({
    permissions: z.array(z.string()),
    account: z.string().nullable(),
    phone: z.string().nullable(),
    avatar: z.string().nullable(),
  }),
});

export const refreshing = z
  .strictObject({ refreshToken: z.string().min(1).max(128) })
  .meta({ examples: [{ refreshToken: 'from the last sign-in' }] });

export const currentSession = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('user'), user: userView, sessionId: z.string(), expiresAt: time }),
  z.object({ kind: z.literal('guest'), memberId: z.string(), consultationId: z.string(), name: z.string(), expiresAt: time }),
]);

export const codeRequest = z
  .strictObject({ phone: phoneInput, scene: z.enum(scenes).exclude(['verify']), locale: z.enum(['zh', 'en']).default('zh') })
  .meta({ examples: [{ phone: '13800138000', scene: 'login' }] });
export const codeSent = z.object({ expiresIn: z.literal(300).describe('seconds') });

export const reset = z
  .strictObject({ phone: phoneInput, code, password: newPassword })
  .meta({ examples: [{ phone: '13800138000', code: '123456', password: 'correct horse 9' }] });
export const passwordChange = z
  .strictObject({ oldPassword: password.optional().describe('needed unless the account has none'), password: newPassword, client })
  .meta({ examples: [{ oldPassword: 'correct horse 8', password: 'correct horse 9' }] });
export const phoneChange = z
  .strictObject({ phone: phoneInput, code: code.describe('sent to the new phone, scene `bind`') })
  .meta({ examples: [{ phone: '13800138000', code: '123456' }] });
export const phoneChanged = z.object({ phone: z.string() });

export const proof = z
  .union([z.strictObject({ password }), z.strictObject({ code })])
  .meta({ examples: [{ password: 'correct horse 9' }, { code: '123456' }] });
export const verified = z.object({ until: time });

export const sessionParams = z.object({ id });
export const sessionList = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      current: z.boolean(),
      clientType: z.enum(clientTypes),
      method: z.enum(loginMethods),
      device: z.string().nullable(),
      ip: z.string().nullable().describe('of its last use'),
      createdAt: time,
      lastSeenAt: time.nullable(),
      expiresAt: time,
    }),
  ),
});
export const ended = z.object({ ended: z.int() });

const period = { from: z.iso.datetime({ offset: true }).optional(), to: z.iso.datetime({ offset: true }).optional() };
const byAge = { sort: sortBy(['createdAt'], '-createdAt') };
export const ownLoginQuery = paging.extend({ ...period, ...byAge });
const flag = z
  .enum(['true', 'false'])
  .transform((value) => value === 'true')
  .optional();
export const loginQuery = paging.extend({
  ...period,
  ...byAge,
  userId: id.optional(),
  success: flag,
  abnormal: flag,
  ip: text(45).optional(),
});
export const loginView = z.object({
  id: z.string(),
  userId: z.string().nullable(),
  account: z.string().nullable(),
  method: z.enum(loginMethods),
  success: z.boolean(),
  reason: z.string().nullable().describe('code of the error'),
  abnormal: z.array(z.string()).describe('`new_device`, `new_network`, `after_failures`'),
  clientType: z.enum(clientTypes),
  device: z.string().nullable(),
  ip: z.string(),
  createdAt: time,
});
export const loginList = listOf(loginView);

export const providerParams = z.object({ provider: z.string().max(40) });
export const providerList = z.object({
  items: z.array(z.object({ name: z.string(), title: z.string(), kind: z.enum(['oidc', 'oauth2', 'wechat', 'wechat-mini']) })),
});
export const departure = z.object({
  url: z.string().describe('where to send the person'),
  ticket: z.string().describe('to be kept by this page alone, and sent back with what the person comes back with'),
  expiresAt: time,
});
export const arrival = z
  .strictObject({
    params: z.record(z.string().max(60), z.string().max(4_000)).describe('query of the address that the person came back to'),
    ticket: z.string().min(1).max(128),
    client,
  })
  .meta({ examples: [{ params: { code: 'from the provider', state: 'from the provider' }, ticket: 'from the start' }] });
export const miniProgram = z.strictObject({ code: z.string().min(1).max(256), client }).meta({ examples: [{ code: 'of wx.login()' }] });
export const identityList = z.object({
  items: z.array(
    z.object({ id: z.string(), provider: z.string(), label: z.string().nullable(), createdAt: time, lastUsedAt: time.nullable() }),
  ),
});
export const identityParams = z.object({ id });
