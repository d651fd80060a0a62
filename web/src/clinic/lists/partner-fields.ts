/** What a form asks of an account at another service, and how the API wants it. */
import type { paths } from '../../api/schema.ts';

export type PartnerName = paths['/api/v1/partner-accounts/{name}']['put']['parameters']['path']['name'];
export type Values = Record<string, unknown>;

type FieldName =
  | ('provider' | 'key' | 'secret' | 'signature' | 'appId' | 'from' | 'url')
  | ('user' | 'password' | 'urls' | 'providers' | 'systems');
const providers = ['aliyun', 'tencent', 'twilio'] as const;

export interface PartnerField {
  name: FieldName;
  /** `lines`: a list of texts, one a line; `json`: a list of objects. */
  kind: 'text' | 'secret' | 'choice' | 'lines' | 'json';
  optional?: true;
  /** Only for this provider. */
  of?: (typeof providers)[number];
  choices?: typeof providers;
  /** Of `json`: how an entry looks. */
  example?: string;
}

const text = (name: FieldName, more: Partial<PartnerField> = {}): PartnerField => ({ name, kind: 'text', ...more });
const secret = (name: FieldName, more: Partial<PartnerField> = {}): PartnerField => ({ name, kind: 'secret', ...more });
const PROVIDER = '{ "name": "id", "kind": "oidc", "issuer": "https://id.example", "clientId": "wenzhen", "clientSecret": "…" }';
const SYSTEM = '{ "key": "his", "url": "https://his.example/api", "user": "wenzhen", "password": "…" }';
const app = [text('appId'), secret('secret')];

const fields: Record<PartnerName, readonly PartnerField[]> = {
  sms: [
    { name: 'provider', kind: 'choice', choices: providers },
    ...[text('key'), secret('secret'), text('signature'), text('appId', { of: 'tencent' }), text('from', { of: 'twilio' })],
    text('url', { optional: true }),
  ],
  mail: [text('url'), text('user', { optional: true }), secret('password', { optional: true }), text('from')],
  wechat: app,
  'wechat-mini': app,
  'sign-in': [{ name: 'providers', kind: 'json', example: PROVIDER }],
  hospitals: [{ name: 'systems', kind: 'json', example: SYSTEM }],
  turn: [{ name: 'urls', kind: 'lines' }, secret('secret')],
};

export const fieldsOf = (name: PartnerName): readonly PartnerField[] => fields[name];

/** What the form begins with. */
export function valuesOf(name: PartnerName, account: unknown): Values {
  const known = Object(account) as Values;
  const shown = ({ name: field, kind }: PartnerField): unknown => {
    const value = known[field];
    if (kind === 'lines') return Array.isArray(value) ? value.join('\n') : '';
    return kind === 'json' ? JSON.stringify(value ?? [], null, 2) : value;
  };
  return Object.fromEntries(fieldsOf(name).map((field) => [field.name, shown(field)]));
}

/** What was entered, without what was left empty. @throws {SyntaxError} what should be JSON is none */
export function accountOf(name: PartnerName, values: Values): Values {
  const read = ({ name: field, kind }: PartnerField): unknown => {
    const value = values[field];
    const typed = typeof value === 'string' ? value.trim() : '';
    if (kind === 'lines') return typed.split(/\s+/).filter(Boolean);
    if (kind === 'json') return JSON.parse(typed) as unknown;
    // A secret may begin or end with a space.
    return kind === 'secret' ? value : typed;
  };
  const wanted = fieldsOf(name).filter(({ of }) => of === undefined || of === values['provider']);
  const entries = wanted.map((field) => [field.name, read(field)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined && value !== ''));
}
