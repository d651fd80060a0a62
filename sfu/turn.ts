/** Short-lived TURN credentials in the form that coturn's `use-auth-secret` verifies. */
import { createHmac } from 'node:crypto';
import type { Config } from '#config/index.ts';

/** An entry of `RTCConfiguration.iceServers`. */
export interface IceServer {
  urls: string[];
  username?: string;
  credential?: string;
}

/**
 * Makes a credential (draft-uberti-behave-turn-rest-00, section 2.2).
 * @param userId shows up in coturn's log; colons are replaced because the colon ends the time
 * @param expiresAt seconds since 1970
 * @returns `username` = `<expiresAt>:<userId>`, `credential` = base64 of HMAC-SHA1 over the user name
 */
export function turnCredential(secret: string, userId: string, expiresAt: number): { username: string; credential: string } {
  const username = `${expiresAt}:${userId.replaceAll(':', '_')}`;
  return { username, credential: createHmac('sha1', secret).update(username).digest('base64') };
}

type TurnConfig = Pick<Config, 'TURN_URLS' | 'TURN_SECRET' | 'TURN_TTL_SECONDS'>;

/**
 * ICE servers for one person: empty without `TURN_URLS`.
 * @param now ms since 1970; the credential lives `TURN_TTL_SECONDS` from here
 */
export function iceServers(config: TurnConfig, userId: string, now = Date.now()): IceServer[] {
  if (config.TURN_URLS.length === 0 || !config.TURN_SECRET) return [];
  const expiresAt = Math.floor(now / 1_000) + config.TURN_TTL_SECONDS;
  return [{ urls: [...config.TURN_URLS], ...turnCredential(config.TURN_SECRET, userId, expiresAt) }];
}
