/** Settings of signing in that are more than one value. */
import { z } from 'zod';

const clients = ['web', 'h5', 'wechat', 'alipay', 'ios', 'android', 'desktop', 'other'] as const;
/** `web:5,ios:2` */
export const perClient = z
  .string()
  .transform((value) => Object.fromEntries(value.split(',').map((entry) => entry.trim().split(':'))))
  .pipe(z.partialRecord(z.enum(clients), z.coerce.number().int().min(1)));
/** `appId:secret` */
export const appKeys = z
  .string()
  .regex(/^[^:\s]+:[^:\s]+$/)
  .transform((value) => {
    const [appId = '', secret = ''] = value.split(':');
    return { appId, secret };
  });

/** What signing in through another service takes; `src/auth/oauth.ts` says what for. */
const provider = {
  name: z.string().regex(/^[a-z][a-z0-9-]{1,29}$/),
  title: z.string().min(1).max(60),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  scope: z.string().optional(),
};
export const signInProvider = z.discriminatedUnion('kind', [
  z.strictObject({ ...provider, kind: z.literal('oidc'), issuer: z.url() }),
  z.strictObject({
    ...provider,
    kind: z.literal('oauth2'),
    authorizationEndpoint: z.url(),
    tokenEndpoint: z.url(),
    userinfoEndpoint: z.url(),
    fields: z.strictObject({ subject: z.string(), name: z.string().optional(), verifiedEmail: z.string().optional() }),
  }),
]);
export const providers = z
  .string()
  .transform((value, context): unknown => {
    try {
      return JSON.parse(value);
    } catch {
      context.addIssue({ code: 'custom', message: 'is no JSON' });
      return z.NEVER;
    }
  })
  .pipe(z.array(signInProvider));
