/** Signing in through other services by OAuth 2.0 or OpenID Connect, with state, nonce and PKCE (requirement IDN-06). */
import * as oauth from 'openid-client';
import { z } from 'zod';
import type { Breaker } from '#src/partners/breaker.ts';
import { PartnerError } from '#src/partners/partner-error.ts';

interface ProviderOptions {
  /** Name of ours, for example `hospital`. */
  name: string;
  clientId: string;
  clientSecret: string;
  /** Where people come back to; registered with the provider. */
  redirectUri: string;
  /** Separated by spaces. Default: `openid email profile` with OpenID Connect, nothing otherwise. */
  scope?: string;
  breaker: Breaker;
}

/** A provider that describes itself at `<issuer>/.well-known/openid-configuration`. */
export interface OidcOptions extends ProviderOptions {
  kind: 'oidc';
  issuer: string;
}

/** A provider with OAuth 2.0 alone: its addresses, and how the answer of the third calls things. */
export interface OAuthOptions extends ProviderOptions {
  kind: 'oauth2';
  authorizationEndpoint: string;
  tokenEndpoint: string;
  userinfoEndpoint: string;
  fields: {
    /** What identifies a person for ever; never an address. */
    subject: string;
    name?: string;
    /** Only for providers that check addresses: whoever holds one may be let into the account that has it. */
    verifiedEmail?: string;
  };
}

/** What the caller keeps for this browser until the person comes back, and uses once. */
export interface SavedLogin {
  state: string;
  nonce: string;
  verifier: string;
}

export interface ExternalIdentity {
  /** Unique at this provider, and only there. */
  subject: string;
  /** Only an address that the provider has checked. */
  email?: string;
  name?: string;
}

export interface OAuthProvider {
  readonly name: string;
  /** Where to send the person. @throws {PartnerError} `unavailable` */
  start(): Promise<SavedLogin & { url: string }>;
  /**
   * @param params query of the address that the person came back to
   * @throws {PartnerError} `refused`: another state, a code that is wrong or was used before, a token that is not for us, a person who declined; `unavailable`
   */
  finish(params: Record<string, string>, saved: SavedLogin): Promise<ExternalIdentity>;
}

/** Seconds that each request to a provider may take. */
const TIMEOUT_SECONDS = 5;
const LOOPBACK = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)(:|\/|$)/;

const claims = z.object({ email: z.string().optional(), email_verified: z.boolean().optional(), name: z.string().optional() });
const plain = z.union([z.string().min(1), z.int()]).transform(String);

export function createOAuthProvider(options: OidcOptions | OAuthOptions): OAuthProvider {
  const { name, redirectUri, breaker } = options;
  const scope = options.scope ?? (options.kind === 'oidc' ? 'openid email profile' : '');
  const configuration = remembered(() => configure(options));
  /** A refusal is an answer; for all else the breaker knows what to do. */
  const ask = <T>(work: () => Promise<T>) =>
    breaker.call(() =>
      work().catch((error: unknown) => {
        throw faultOf(name, error);
      }),
    );

  return {
    name,
    async start() {
      const config = await ask(configuration);
      const saved = { state: oauth.randomState(), nonce: oauth.randomNonce(), verifier: oauth.randomPKCECodeVerifier() };
      const url = oauth.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        state: saved.state,
        code_challenge: await oauth.calculatePKCECodeChallenge(saved.verifier),
        code_challenge_method: 'S256',
        ...(scope && { scope }),
        ...(options.kind === 'oidc' && { nonce: saved.nonce }),
      });
      return { url: url.href, ...saved };
    },

    async finish(params, { state, nonce, verifier }) {
      // Before the provider hears of it: the code of somebody else's login must not be used up or signed in with.
      if (params['state'] !== state) throw new PartnerError(name, 'refused', { reason: 'state_mismatch' });
      return ask(async () => {
        const config = await configuration();
        const back = new URL(redirectUri);
        back.search = new URLSearchParams(params).toString();
        const tokens = await oauth.authorizationCodeGrant(config, back, {
          expectedState: state,
          pkceCodeVerifier: verifier,
          ...(options.kind === 'oidc' && { expectedNonce: nonce }),
        });
        return options.kind === 'oidc' ? oidcIdentity(config, tokens) : oauthIdentity(config, options, tokens.access_token);
      });
    },
  };
}

/** The outcome of `load`, asked for once; a failure is not kept. */
function remembered<T>(load: () => Promise<T>): () => Promise<T> {
  let kept: Promise<T> | undefined;
  return () =>
    (kept ??= load().catch((error: unknown) => {
      kept = undefined;
      throw error;
    }));
}

async function configure(options: OidcOptions | OAuthOptions): Promise<oauth.Configuration> {
  const { clientId, clientSecret } = options;
  if (options.kind === 'oidc') {
    // Without the first, the signature of identity tokens would not be checked, TLS being thought enough.
    const execute = [oauth.enableNonRepudiationChecks, ...insecure(options.issuer)];
    return oauth.discovery(new URL(options.issuer), clientId, clientSecret, undefined, { timeout: TIMEOUT_SECONDS, execute });
  }
  const { authorizationEndpoint, tokenEndpoint, userinfoEndpoint } = options;
  const server = {
    issuer: new URL(authorizationEndpoint).origin,
    authorization_endpoint: authorizationEndpoint,
    token_endpoint: tokenEndpoint,
    userinfo_endpoint: userinfoEndpoint,
  };
  const config = new oauth.Configuration(server, clientId, clientSecret);
  config.timeout = TIMEOUT_SECONDS;
  for (const allow of insecure(tokenEndpoint)) allow(config);
  return config;
}

/** Plain HTTP, for providers on this machine alone. */
const insecure = (address: string) => (LOOPBACK.test(address) ? [oauth.allowInsecureRequests] : []);

type Tokens = Awaited<ReturnType<typeof oauth.authorizationCodeGrant>>;

async function oidcIdentity(config: oauth.Configuration, tokens: Tokens): Promise<ExternalIdentity> {
  const { sub, ...token } = tokens.claims() ?? {};
  if (!sub) throw new oauth.ClientError('no identity token');
  const asked = config.serverMetadata().userinfo_endpoint ? await oauth.fetchUserInfo(config, tokens.access_token, sub) : {};
  const { email, email_verified: verified, name } = claims.parse({ ...token, ...asked });
  return { subject: sub, ...(email && verified && { email }), ...(name && { name }) };
}

async function oauthIdentity(config: oauth.Configuration, options: OAuthOptions, accessToken: string): Promise<ExternalIdentity> {
  const headers = new Headers({ accept: 'application/json' });
  const response = await oauth.fetchProtectedResource(config, accessToken, new URL(options.userinfoEndpoint), 'GET', undefined, headers);
  const person = z.record(z.string(), z.unknown()).parse(await response.json());
  const { subject, name, verifiedEmail } = options.fields;
  const read = (field: string | undefined) => (field ? plain.safeParse(person[field]).data : undefined);
  const [identity, email, shown] = [read(subject), read(verifiedEmail), read(name)];
  if (!identity) throw new oauth.ClientError('no subject');
  return { subject: identity, ...(email && { email }), ...(shown && { name: shown }) };
}

/** Codes of the library for answers that came from the network, not from the provider. */
const NETWORK = new Set(['OAUTH_TIMEOUT', 'OAUTH_ABORT']);

/** Only codes get out: messages and causes of the library hold codes and tokens. */
function faultOf(provider: string, error: unknown): unknown {
  const refused = (reason: string) => new PartnerError(provider, 'refused', { reason });
  if (error instanceof oauth.ResponseBodyError) {
    return error.status >= 500 ? new PartnerError(provider, 'unavailable', { reason: `http_${error.status}` }) : refused(error.error);
  }
  if (error instanceof oauth.AuthorizationResponseError) return refused(error.error);
  if (error instanceof oauth.WWWAuthenticateChallengeError) return refused(`http_${error.status}`);
  if (!(error instanceof oauth.ClientError)) return error;
  const status = error.cause instanceof Response ? error.cause.status : undefined;
  const reason = NETWORK.has(error.code ?? '') ? 'timeout' : status && status >= 500 ? `http_${status}` : undefined;
  if (reason) return new PartnerError(provider, 'unavailable', { reason });
  return refused(error.code ?? 'unexpected_answer');
}
