/** The connection to Redis, for what is only faster or wider with it. Nothing in there is lost for good when it is wiped. */
import { Redis } from 'ioredis';
import type { Logger } from '#rooms/ports.ts';

/** Milliseconds until a command that got no answer fails. */
const COMMAND_MS = 1_000;
/** Most that a node waits between two tries: rooms wait with it. */
const MOST_PAUSE_MS = 500;

/** Connects in the background; commands fail at once while there is no connection, so callers need another way. */
export function connectRedis(url: string, log: Logger): Redis {
  const client = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_MS,
    retryStrategy: (times) => Math.min(times * 100, MOST_PAUSE_MS),
  });
  client.on('error', (error) => log.debug({ err: error }, 'redis'));
  return client;
}
