/** The connection to Redis, for what is only faster or wider with it. Nothing in there is lost for good when it is wiped. */
import { Redis, type RedisOptions } from 'ioredis';
import type { Logger } from '#rooms/ports.ts';
import { followSlot } from './redis-slot.ts';

/** Milliseconds until a command that got no answer fails. */
const COMMAND_MS = 1_000;
/**
 * How long a server of a Redis Cluster may say nothing while something is asked, in ms, until another connection asks who has its keys now: of
 * one that stands still nobody is told otherwise. For others: longer than a job's worker waits for a job.
 */
const SILENT_MS = 5_000;
const LONG_SILENT_MS = 15_000;
/** Most that a node waits between two tries: rooms wait with it. */
const MOST_PAUSE_MS = 500;
/** Answers of a server that has our keys no longer: the next connection goes to the one that has. */
const NOT_HERE = /^(MOVED|ASK|READONLY|CLUSTERDOWN)\b/;

/** Connects in the background; commands fail at once while there is no connection, so callers need another way. */
export function connectRedis(urls: string, log: Logger): Redis {
  const tag = tagOf(urls, 'wenzhen');
  const client = openRedis(urls, tag, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_MS,
    retryStrategy: (times) => Math.min(times * 100, MOST_PAUSE_MS),
    // Scripts, transactions and pipelines reach their keys only together.
    ...(tag && { keyPrefix: tag, socketTimeout: SILENT_MS }),
  });
  client.on('error', (error) => log.debug({ err: error }, 'redis'));
  return client;
}

/**
 * The beginning that keys of one use need in a Redis Cluster, so that one server has them all.
 * @param urls as in `REDIS_URL`
 * @returns null where `urls` is no cluster
 */
export function tagOf(urls: string, use: string): string | null {
  const [first, more] = addressesOf(urls);
  return more && !masterOf(first) ? `{${use}}` : null;
}

/**
 * Opens a connection to what `REDIS_URL` names: a server alone, the one that its sentinels call the master, or the one of a cluster that has
 * the keys of a tag. In every case it is one server, and a new connection asks anew which one.
 * @param tag of `tagOf`
 */
export function openRedis(urls: string, tag: string | null, options: Omit<RedisOptions, 'replyMapping'>): Redis {
  const [first, ...others] = addressesOf(urls) as [URL, ...URL[]];
  const own = { ...(first.password && { username: decodeURIComponent(first.username), password: decodeURIComponent(first.password) }) };
  const secure = first.protocol === 'rediss:';
  const name = masterOf(first);
  const reconnectOnError = (error: Error): boolean => NOT_HERE.test(error.message);
  if (name) {
    const sentinels = [first, ...others].map(({ hostname, port }) => ({ host: hostname, port: Number(port || 26_379) }));
    const encrypted = secure && { tls: {}, enableTLSForSentinelMode: true };
    // Told at once of a new master, where the old one still answers.
    return new Redis({ ...options, ...own, ...encrypted, sentinels, name, failoverDetector: true, reconnectOnError });
  }
  if (!tag) return new Redis(first.href, options);
  const seeds = [first, ...others].map(({ hostname, port }) => ({ host: hostname, port: Number(port || 6_379) }));
  const patience = { socketTimeout: LONG_SILENT_MS, ...options };
  return new Redis({ ...patience, ...own, ...(secure && { tls: {} }), Connector: followSlot(seeds, tag), reconnectOnError });
}

const addressesOf = (urls: string): URL[] => urls.split(',').map((url) => new URL(url.trim()));
const masterOf = (first: URL | undefined): string | null => first?.searchParams.get('sentinel') || null;
