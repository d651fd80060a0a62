/**
 * Typed configuration, read once from the environment and validated at start. Every setting and its default is
 * visible in this file; `docs/configuration.md` is generated from it.
 */
import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { appKeys, perClient, providers } from './login.ts';
import { messagingSettings, missingMessagingSettings } from './messaging.ts';
import { isAddressRange, portRange } from './network.ts';
import { hasAllRoles, roles } from './roles.ts';
import { tracingSettings } from './tracing.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const count = z.coerce.number().int().min(0);
const atLeastOne = z.coerce.number().int().min(1);
const milliseconds = z.coerce.number().int().min(0);
const someMilliseconds = z.coerce.number().int().min(1);
const flag = z.enum(['true', 'false', '1', '0']).transform((value) => value === 'true' || value === '1');
const list = z.string().transform((value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
);

/**
 * Which proxies to believe: `false`, how many there are, or their addresses. `true` counts as one: believing every proxy
 * would believe what a client claims of itself.
 */
const proxies = z
  .string()
  .transform((value) => (value === 'true' ? '1' : value === 'false' ? '0' : value))
  .refine(
    (value) => /^\d$/.test(value) || value.split(',').every((item) => isAddressRange(item.trim())),
    'is no number of proxies and no list of addresses',
  )
  .transform((value): false | number | string[] =>
    /^\d$/.test(value) ? Number(value) || false : value.split(',').map((item) => item.trim()),
  );

/** One entry a variable: its schema carries the default, `describe` carries the sentence shown in the documentation. */
export const settings = z.object({
  NODE_ENV: z
    .enum(['development', 'test', 'production'])
    .default('development')
    .describe('`production` refuses to start with a missing or generated secret'),
  ROLES: roles
    .default(['api', 'rooms', 'jobs'])
    .describe(
      'What this process does, comma separated: `api` (REST, pages, sockets), `rooms` (sockets, open rooms and their media), `jobs` (what follows a change). Fewer than all three needs `DATABASE_URL` and `REDIS_URL`',
    ),
  NODE_NAME: z
    .string()
    .regex(/^[\w.-]{1,60}$/, 'is no name')
    .optional()
    .describe('What operators see this node as. Default: the name of the machine'),
  REGION: z
    .string()
    .regex(/^[\w.-]{1,40}$/, 'is no label')
    .optional()
    .describe('Label of where this node is; rooms are opened in the region of whoever comes first, as long as there is room'),
  REVISION: z
    .string()
    .regex(/^[\w.-]{1,64}$/, 'is no name of a version')
    .optional()
    .describe('Commit or build that this program comes from, shown at `/info`; the image sets it'),
  HOST: z.string().default('127.0.0.1').describe('Address that the HTTP server listens on'),
  PORT: port.default(8080).describe('Port of the HTTP server; 0 takes a free one'),
  DATA_DIR: z.string().default('./data').describe('Folder of the embedded database, generated secrets and certificates'),
  PUBLIC_URL: z.url().optional().describe('Address that people open; used in links. Default: the listening address'),
  TRUST_PROXY: proxies
    .default(false)
    .describe(
      'Proxies of your own in front of the server, whose `X-Forwarded-*` is believed: how many (`1`), or their addresses or CIDR ranges',
    ),
  CORS_ORIGINS: list.default([]).describe('Other origins whose pages may call the API and the socket, comma separated'),
  TLS_CERT: z.string().optional().describe('PEM file of the certificate; with `TLS_KEY` the server speaks HTTPS itself'),
  TLS_KEY: z.string().optional().describe('PEM file of the private key'),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info').describe('Lowest level that is logged'),
  LOG_FILE: z
    .string()
    .optional()
    .describe('File that the log goes to instead of standard output; a date and a number are added to its name'),
  LOG_FILE_MEGABYTES: atLeastOne.default(50).describe('Size at which the next file of the log is begun; so does each day'),
  LOG_FILE_KEEP: atLeastOne.default(30).describe('Files of the log that are kept; older ones are deleted'),
  LOG_SLOW_REQUEST_MS: milliseconds.default(1_000).describe('Requests that take longer are logged as slow; 0: none'),
  LOG_SLOW_QUERY_MS: milliseconds.default(500).describe('Statements that take longer are logged as slow, without their values; 0: none'),
  LOG_PRETTY: flag.optional().describe('Readable log lines instead of JSON. Default: true on a terminal outside production'),

  FILES_DIR: z.string().optional().describe('Folder of uploaded files, one for all nodes of a cluster. Default: `files` in `DATA_DIR`'),
  DATABASE_URL: z.string().optional().describe('`mysql://user:password@host:3306/name`. Default: SQLite in `DATA_DIR`'),
  DATABASE_REPLICA_URLS: list
    .default([])
    .describe('Replicas of the MySQL or MariaDB of `DATABASE_URL`, comma separated: figures, logs and exports are read there'),
  DATABASE_POOL_MAX: atLeastOne.default(20).describe('Most connections to MySQL or MariaDB of one node'),
  DATABASE_POOL_MIN: count.default(5).describe('Connections that stay open without work'),
  DATABASE_ACQUIRE_MS: someMilliseconds
    .default(2_000)
    .describe('How long a request waits for a connection, and a connection for the server'),
  DATABASE_IDLE_MS: someMilliseconds.default(600_000).describe('Connections beyond the minimum are closed after so long without work'),
  DATABASE_LIFETIME_MS: someMilliseconds.default(1_800_000).describe('Connections are replaced after so long'),
  REDIS_URL: z
    .string()
    .refine(
      (urls) => urls.split(',').every((url) => /^rediss?:\/\/[^/]/.test(url.trim()) && URL.canParse(url.trim())),
      'is no list of redis://host:port',
    )
    .optional()
    .describe(
      '`redis://host:6379`: jobs are spread over all nodes and, with `DATABASE_URL`, rooms are shared. Several, comma separated, are a Redis Cluster; with `?sentinel=name` behind the first they are the sentinels of the server of that name. Default: a node alone',
    ),
  HOSPITAL_SYSTEMS: list
    .refine(
      (links) => links.every((link) => /^[\w-]{1,40}=https?:/.test(link) && URL.canParse(link.slice(link.indexOf('=') + 1))),
      'is no list of key=url',
    )
    .default([])
    .describe('Systems of hospitals that are asked for departments and practitioners: `key=https://host/path`, comma separated'),
  JOB_CONCURRENCY: atLeastOne.default(8).describe('Jobs that one node works on at the same time'),

  JWT_SECRET: z.string().min(32).optional().describe('Key that signs access tokens (32 characters or more). Required in production'),
  JWT_TTL_SECONDS: atLeastOne.default(600).describe('Life of an access token in seconds; clients renew it'),
  SESSION_IDLE_SECONDS: atLeastOne.default(1_209_600).describe('Seconds that a session lives without being renewed'),
  SESSION_MAX_SECONDS: atLeastOne.default(7_776_000).describe('Seconds after which people must sign in again'),
  SESSION_LIMIT: atLeastOne.default(20).describe('Sessions of one person on each kind of client; the oldest ends'),
  SESSION_LIMITS: perClient
    .default({})
    .describe('Other limits for some kinds of clients (web, h5, wechat, alipay, ios, android, desktop, other), for example `web:5,ios:2`'),
  DATA_KEYS: z
    .string()
    .optional()
    .describe(
      'Keys that seal personal data: `id:key`, comma separated, each key 64 hexadecimal digits (`openssl rand -hex 32`); the last one seals. Required in production',
    ),
  BLIND_INDEX_KEY: z.string().min(32).optional().describe('Key of look-ups in sealed columns; never changes. Required in production'),
  LOGIN_ATTEMPTS: atLeastOne
    .default(5)
    .describe('Wrong passwords in a row, within 15 minutes, that lock an account; ten times as many from one address'),
  LOGIN_LOCK_SECONDS: atLeastOne.default(900).describe('Seconds that an account stays locked after too many wrong passwords'),
  LOGIN_CODES_PER_PHONE: atLeastOne.default(10).describe('Codes by text message for one phone in 24 hours; one a minute'),
  LOGIN_CODES_PER_ADDRESS: atLeastOne.default(100).describe('Codes by text message that one address may ask for in 24 hours'),
  LOGIN_REGISTRATIONS_PER_ADDRESS: atLeastOne.default(200).describe('Accounts that one address may register in 24 hours'),
  LOGIN_WECHAT_WEB: appKeys.optional().describe('Website application at WeChat: `appId:secret`'),
  LOGIN_WECHAT_MINI: appKeys.optional().describe('Mini program at WeChat: `appId:secret`'),
  LOGIN_WECHAT_URL: z.url().optional().describe('Address in place of WeChat’s own, for a simulator'),
  LOGIN_PROVIDERS: providers
    .default([])
    .describe(
      'Other services to sign in with, as a JSON list: `[{"name":"hospital","title":"Hospital","kind":"oidc","issuer":"https://…","clientId":"…","clientSecret":"…"}]`; with `"kind":"oauth2"` the three `…Endpoint` addresses and `fields` instead of `issuer`',
    ),
  DEMO: flag.optional().describe('Create the demo accounts at the first start. Default: true outside production'),

  ...messagingSettings,

  MEDIA_WORKERS: atLeastOne.default(availableParallelism()).describe('mediasoup workers; default one per core'),
  MEDIA_LISTEN: list
    .default([])
    .describe('Addresses of the media ports. Default: every IPv4 and IPv6 interface, or loopback with a loopback HOST'),
  MEDIA_PORT: port.default(0).describe('First media port; worker N uses `MEDIA_PORT + N` on UDP and TCP. 0 takes free ports'),
  MEDIA_ANNOUNCED_ADDRESS: z.string().optional().describe('Address or host name that clients reach the media ports at (behind NAT)'),
  MEDIA_PIPE_ADDRESS: z
    .union([z.ipv4(), z.ipv6()])
    .optional()
    .describe(
      'In a cluster: address at which other nodes reach the pipes of large rooms that go on there. Default: the first address of the media ports. Sound and picture are encrypted on the way, data channels are not: take a private network',
    ),
  MEDIA_PIPE_PORTS: portRange.optional().describe('UDP ports of these pipes, for example `40000-40999`. Default: free ports'),
  MEDIA_WORKER_CPU_LIMIT: z.coerce
    .number()
    .min(0.05)
    .max(1)
    .default(0.6)
    .describe('Share of a core above which a worker gets no new room, and its large rooms no more people'),
  MEDIA_WORKER_MAX_CONSUMERS: atLeastOne
    .optional()
    .describe('Tracks that one worker sends at most, over all its rooms. Default: as many as its share of a core bears'),
  MEDIA_PROBE_INTERVAL_MS: someMilliseconds.default(1_000).describe('How often each worker is asked for a sign of life'),
  MEDIA_PROBE_TIMEOUT_MS: someMilliseconds.default(3_000).describe('Silence after which a worker is killed and replaced'),
  MEDIA_MAX_INCOMING_BITRATE: atLeastOne.default(3_500_000).describe('Bits per second that one peer may send'),
  MEDIA_MAX_TRANSPORTS: atLeastOne.default(4).describe('Transports per peer'),
  MEDIA_MAX_PRODUCERS: atLeastOne.default(4).describe('Producers per peer'),
  MEDIA_MAX_CONSUMERS: atLeastOne.default(120).describe('Consumers per peer'),
  MEDIA_FFMPEG: z.string().default('ffmpeg').describe('The ffmpeg program that records visits and makes films of them'),
  MEDIA_RECORDING_TRACKS: atLeastOne.default(32).describe('Tracks that one node records at the same time, each by a process of its own'),
  MEDIA_RECORDING_SEGMENT_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .max(25_000)
    .default(10_000)
    .describe('Length of the pieces of a recording: what a crash loses at most, and a little more'),
  MEDIA_RECORDING_FREE_MB: z.coerce
    .number()
    .int()
    .min(0)
    .default(512)
    .describe('What recordings leave free on the disk of `DATA_DIR`, in MB: with less nothing is recorded, and calls go on'),
  MEDIA_RECORDING_PORTS: z
    .string()
    .regex(/^\d{1,5}-\d{1,5}$/, 'is no range of ports')
    .transform((range) => range.split('-').map(Number) as [number, number])
    .refine(([from, to]) => from >= 1_024 && to <= 65_535 && to > from, 'is no range of ports')
    .optional()
    .describe('UDP ports of loopback for recordings, two a track, for example `40000-40999`. Default: whatever is free'),
  MEDIA_LOG_LEVEL: z.enum(['debug', 'warn', 'error', 'none']).default('warn').describe('Log level of the mediasoup workers'),

  TURN_URLS: list.default([]).describe('TURN servers, for example `turn:turn.example.org:3478,turns:turn.example.org:5349?transport=tcp`'),
  TURN_SECRET: z.string().optional().describe('Secret shared with coturn (`use-auth-secret`); credentials live `TURN_TTL_SECONDS`'),
  TURN_TTL_SECONDS: atLeastOne.default(600).describe('Life of a TURN credential'),

  ROOM_LEASE_MS: atLeastOne
    .default(4_000)
    .describe('In a cluster: silence after which a node counts as gone and others take its rooms over'),
  ROOM_GRACE_MS: milliseconds.default(60_000).describe('How long a seat is kept for somebody whose connection broke'),
  ROOM_EMPTY_MS: milliseconds.default(60_000).describe('How long an empty room stays open'),
  ROOM_LATE_MS: milliseconds.default(300_000).describe('After this much of the visit somebody missing is shown as late'),
  ROOM_NO_SHOW_MS: milliseconds.default(900_000).describe('After this much of the visit somebody missing is shown as a no-show'),
  ROOM_MAX_PEERS: atLeastOne.default(32).describe('Seats in one room, lobby not counted'),
  ROOM_SECOND_DEVICE: z.enum(['replace', 'allow', 'refuse']).default('replace').describe('When a person joins from a second device'),
  ROOM_MAILBOX_SIZE: atLeastOne.default(512).describe('Messages waiting in a room before senders get `room_busy`'),
  ROOM_ASK_TIMEOUT_MS: someMilliseconds.default(5_000).describe('Deadline of one request to a room'),
  SOCKET_PING_MS: someMilliseconds.default(1_000).describe('Heartbeat interval of the socket'),
  SOCKET_PING_TIMEOUT_MS: someMilliseconds.default(1_800).describe('Silence after a heartbeat before a connection counts as lost'),
  SOCKET_MAX_BYTES: atLeastOne.default(131_072).describe('Largest message accepted from a socket'),
  RATE_HTTP_PER_MINUTE: count
    .default(600)
    .describe(
      'HTTP requests to the API per address and minute, on all nodes that share a Redis; 0 means no limits, those of people, routes and failures neither',
    ),
  RATE_USER_PER_MINUTE: count.default(600).describe('HTTP requests to the API per person and minute, wherever from; 0 means no limit'),
  RATE_ROUTE_PER_MINUTE: count
    .default(300)
    .describe('HTTP requests per person (or address, before signing in), route and minute; 0 means no limit'),
  RATE_NOTICES_PER_MINUTE: count
    .default(6_000)
    .describe(
      'Notices of payment partners and reports on messages per address and minute, counted apart from all other requests; 0 means no limit',
    ),
  RATE_FAILURES_PER_MINUTE: count
    .default(120)
    .describe(
      'Answers of 401, 403 and 404 per person (or address, before signing in) and minute; then nothing more succeeds until it ends; 0 means no limit',
    ),
  RATE_SOCKET_PER_SECOND: atLeastOne.default(60).describe('Socket messages per connection and second'),
  RATE_JOIN_PER_10_SECONDS: atLeastOne.default(10).describe('Joins per person in ten seconds'),
  RATE_CHAT_PER_10_SECONDS: atLeastOne.default(20).describe('Chat messages per person in ten seconds'),
  ...tracingSettings,
  PROFILE_SECONDS: atLeastOne.default(10).describe('How long a CPU profile takes, which `SIGUSR2` or the command `profile` asks for'),

  SHUTDOWN_TIMEOUT_MS: someMilliseconds
    .default(20_000)
    .describe('Hard limit of a graceful shutdown; up to half of it goes into handing rooms over to other nodes'),
});

/** Validated settings; frozen. Keys are the names of the environment variables. */
export type Config = Readonly<z.infer<typeof settings>>;

/** Prefixes that belong to us: a variable that starts like this and is not a setting is a typing mistake. */
const OWN_PREFIXES = /^(DATABASE|LOG|MEDIA|ROOM|TURN|JWT|LOGIN|SOCKET|RATE|JOB|DATA|BLIND|SMS|SMTP)_/;

/** The environment does not describe a valid configuration; `message` lists every fault, ready to print. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * Reads the configuration.
 * @param env variables, normally `process.env`; empty strings count as absent
 * @throws {ConfigError} unknown settings with one of our prefixes, or values that do not validate
 */
export function loadConfig(env: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([key, value]) => key in settings.shape && value !== ''));
  const unknown = Object.keys(env).filter((key) => OWN_PREFIXES.test(key) && !(key in settings.shape));
  if (unknown.length > 0) throw new ConfigError(`Unknown setting: ${unknown.join(', ')}`);
  const parsed = settings.safeParse(given);
  if (!parsed.success) throw new ConfigError(`Invalid configuration:\n${z.prettifyError(parsed.error)}`);
  const config = parsed.data;
  if (Boolean(config.TLS_CERT) !== Boolean(config.TLS_KEY)) throw new ConfigError('TLS_CERT and TLS_KEY go together');
  if (config.TURN_URLS.length > 0 && !config.TURN_SECRET) throw new ConfigError('TURN_URLS needs TURN_SECRET');
  if (!hasAllRoles(config.ROLES) && !(config.DATABASE_URL && config.REDIS_URL))
    throw new ConfigError('ROLES without all of api, rooms and jobs needs DATABASE_URL and REDIS_URL: somebody else must do the rest');
  const unsent = missingMessagingSettings(config);
  if (unsent.length > 0) throw new ConfigError(`Messages cannot be sent without ${unsent.join(', ')}`);
  const missing = (['JWT_SECRET', 'DATA_KEYS', 'BLIND_INDEX_KEY'] as const).filter((key) => !config[key]);
  if (config.NODE_ENV === 'production' && missing.length > 0)
    throw new ConfigError(`${missing.join(', ')} ${missing.length > 1 ? 'are' : 'is'} required in production`);
  return Object.freeze(config);
}
