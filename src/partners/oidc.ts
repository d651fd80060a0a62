/** Simulator of an OpenID provider: authorization code flow with PKCE, as small as a provider can be (OpenID Connect Core 1.0). */
import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto';
import jwt from 'jsonwebtoken';
import { type HttpSimulator, type SimulatedAnswer, type SimulatedRequest, startHttpSimulator } from './http-simulator.ts';
import { createOneTimeCodes, type OneTimeCodes } from './one-time-codes.ts';
import { sameText } from './same-text.ts';

export interface OidcPerson {
  sub: string;
  name?: string;
  email?: string;
  email_verified?: boolean;
}

export interface OidcSettings {
  clientId: string;
  clientSecret: string;
  redirectUri: string;
}

export interface OidcSimulator extends HttpSimulator {
  /** Who signs in from now on; null declines. */
  signIn(person: OidcPerson | null): void;
  /** Changes the claims of identity tokens from now on, as a hostile or broken provider would. */
  forge(claims: Record<string, unknown>, wrongKey?: boolean): void;
}

interface Grant {
  person: OidcPerson;
  nonce: string | null;
  scope: string;
  challenge: string;
  redirectUri: string;
}

const KEY_ID = 'simulated';
const newKey = () => generateKeyPairSync('rsa', { modulusLength: 2_048 });
const failure = (status: number, error: string): SimulatedAnswer => ({ status, body: { error } });

export async function startOidc(settings: OidcSettings): Promise<OidcSimulator> {
  const codes = createOneTimeCodes<Grant>();
  /** Access tokens, by the code that they were given for. */
  const tokens = new Map<string, Grant & { code: string }>();
  const key = newKey();
  let present: OidcPerson | null = { sub: 'simulated-person', name: 'Li Ming', email: 'li.ming@clinic.example', email_verified: true };
  let forged: { claims: Record<string, unknown>; key: typeof key } = { claims: {}, key };

  const pages: Record<string, (request: SimulatedRequest) => SimulatedAnswer> = {
    '/.well-known/openid-configuration': () => ({ body: metadata(simulator.url) }),
    '/jwks': () => ({ body: { keys: [{ ...key.publicKey.export({ format: 'jwk' }), kid: KEY_ID, alg: 'RS256', use: 'sig' }] } }),
    '/authorize': ({ url }) => authorize(url.searchParams, settings, codes, present),

    '/token'({ headers, body }) {
      const form = new URLSearchParams(body.toString());
      if (!isClient(settings, headers['authorization'], form)) return failure(401, 'invalid_client');
      const code = form.get('code') ?? '';
      const redeemed = codes.redeem(code);
      // Whoever shows a code again may have stolen it: what it gave is taken back (RFC 6749, 4.1.2).
      if (redeemed.state === 'spent') for (const [token, grant] of tokens) if (grant.code === code) tokens.delete(token);
      if (redeemed.state !== 'good') return failure(400, 'invalid_grant');
      const grant = redeemed.value;
      const challenge = createHash('sha256')
        .update(form.get('code_verifier') ?? '')
        .digest('base64url');
      if (challenge !== grant.challenge || form.get('redirect_uri') !== grant.redirectUri) return failure(400, 'invalid_grant');
      const token = randomBytes(32).toString('base64url');
      tokens.set(token, { ...grant, code });
      const idToken = grant.scope.split(' ').includes('openid') && { id_token: sign(grant) };
      return { body: { access_token: token, token_type: 'Bearer', expires_in: 300, scope: grant.scope, ...idToken } };
    },

    '/userinfo'({ headers }) {
      const grant = tokens.get(headers['authorization']?.replace(/^Bearer /, '') ?? '');
      return grant ? { body: grant.person } : { status: 401, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } };
    },
  };

  function sign({ person, nonce }: Grant): string {
    const exp = Math.floor(Date.now() / 1_000) + 300;
    const identity = { iss: simulator.url, aud: settings.clientId, sub: person.sub, exp, ...(nonce && { nonce }), ...forged.claims };
    return jwt.sign(identity, forged.key.privateKey, { algorithm: 'RS256', keyid: KEY_ID });
  }

  const simulator = await startHttpSimulator((request) => pages[request.url.pathname]?.(request) ?? { status: 404, body: 'Not found' });
  return {
    ...simulator,
    signIn: (person) => void (present = person),
    forge: (claims, wrongKey = false) => void (forged = { claims, key: wrongKey ? newKey() : key }),
  };
}

const metadata = (issuer: string) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  userinfo_endpoint: `${issuer}/userinfo`,
  jwks_uri: `${issuer}/jwks`,
  response_types_supported: ['code'],
  subject_types_supported: ['public'],
  id_token_signing_alg_values_supported: ['RS256'],
  code_challenge_methods_supported: ['S256'],
  token_endpoint_auth_methods_supported: ['client_secret_post', 'client_secret_basic'],
});

/** Sends the person who is present back at once. */
function authorize(
  query: URLSearchParams,
  settings: OidcSettings,
  codes: OneTimeCodes<Grant>,
  present: OidcPerson | null,
): SimulatedAnswer {
  const redirectUri = query.get('redirect_uri') ?? '';
  // Nobody is sent to an address that was not registered.
  if (query.get('client_id') !== settings.clientId || redirectUri !== settings.redirectUri) return { status: 400, body: 'Unknown client' };
  const back = new URL(redirectUri);
  const challenge = query.get('code_challenge') ?? '';
  const valid = query.get('response_type') === 'code' && query.get('code_challenge_method') === 'S256' && challenge !== '';
  if (!valid) back.searchParams.set('error', 'invalid_request');
  else if (!present) back.searchParams.set('error', 'access_denied');
  else {
    const grant = { person: present, nonce: query.get('nonce'), scope: query.get('scope') ?? '', challenge, redirectUri };
    back.searchParams.set('code', codes.issue(grant));
  }
  const state = query.get('state');
  if (state) back.searchParams.set('state', state);
  return { status: 302, headers: { location: back.href } };
}

/** By header or by form (RFC 6749, 2.3.1). */
function isClient({ clientId, clientSecret }: OidcSettings, header: string | undefined, form: URLSearchParams): boolean {
  const basic = Buffer.from(header?.replace(/^Basic /, '') ?? '', 'base64').toString();
  const given = header ? basic : `${form.get('client_id') ?? ''}:${form.get('client_secret') ?? ''}`;
  return sameText(given, `${clientId}:${clientSecret}`);
}
