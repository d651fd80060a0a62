/** Who may open a socket: the page's origin, the protocol version, the token. */
import type { IncomingMessage } from 'node:http';
import type { Config } from '#config/index.ts';
import { z } from 'zod';
import { type ErrorBody, errorBody } from './error-body.ts';
import { RoomError } from './errors.ts';
import type { Authenticator, Identity } from './ports.ts';
import { isNewer, showsRecording, speaksProtocol } from './protocol-version.ts';

const credentials = z.object({ token: z.string().min(1).max(4_096), protocol: z.string().max(16) });

/** Whether a page of this origin may connect: same host, or listed. Clients that are no browsers send no origin. */
export function acceptsOrigin(config: Config, { headers }: IncomingMessage): boolean {
  const { origin } = headers;
  if (origin === undefined) return true;
  if (config.CORS_ORIGINS.includes(origin) || (config.PUBLIC_URL && new URL(config.PUBLIC_URL).origin === origin)) return true;
  const forwarded = config.TRUST_PROXY ? headers['x-forwarded-host'] : undefined;
  const host = (typeof forwarded === 'string' ? forwarded : undefined) ?? headers.host;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/**
 * Checks what a client says in its handshake.
 * @param auth `{ token, protocol }` as sent
 * @throws {RoomError} `protocol_mismatch`, `unauthenticated`, `session_revoked`
 */
export async function authenticate(authenticator: Authenticator, auth: unknown): Promise<Identity> {
  const said = credentials.safeParse(auth);
  if (said.success && !speaksProtocol(said.data.protocol)) throw new RoomError('protocol_mismatch');
  if (!said.success) throw new RoomError('unauthenticated');
  const identity = await authenticator.authenticate(said.data.token);
  if (authenticator.isRevoked(identity.sessionId)) throw new RoomError('session_revoked');
  return identity;
}

/** @param auth as of `authenticate` @returns what the page's version of the protocol means here */
export function versionOf(auth: unknown): { showsRecording: boolean; newer: boolean } {
  const protocol = credentials.safeParse(auth).data?.protocol ?? '';
  return { showsRecording: showsRecording(protocol), newer: isNewer(protocol) };
}

/** The error that Socket.IO hands to the client's `connect_error`, with the fault in `data`. */
export function refusal(error: unknown): Error & { data: ErrorBody } {
  const body = errorBody(error);
  return Object.assign(new Error(body.message), { data: body });
}
