/** The only place that knows every part: builds each, hands it what it needs, and takes them down in order. */
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '#config/index.ts';
import { createRooms } from '#rooms/index.ts';
import { rtpCapabilities } from '#rooms/protocol-media.ts';
import { createMediaServer, iceServers } from '#sfu/index.ts';
import { buildApp } from './app.ts';
import { createAuth } from './auth/service.ts';
import { createTokens } from './auth/tokens.ts';
import { createChat } from './chat/service.ts';
import { createChatStore } from './chat/store.ts';
import { createConsultationPolicy } from './consultations/policy.ts';
import { createConsultations } from './consultations/service.ts';
import { openDatabase } from './database/database.ts';
import { migrate } from './database/migrate.ts';
import { createDemo, type DemoAccount } from './demo.ts';
import type { Certificate } from './lan.ts';
import { createMembers } from './members/service.ts';
import { loadSecrets } from './secrets.ts';
import type { TurnListener } from './plugins/metrics.ts';
import { createSnapshotStore } from './snapshots/store.ts';
import { createUsers } from './users/service.ts';

/** How long the readiness probe waits for the database, in milliseconds. */
const PING_MS = 2_000;
/** How long requests that run may go on during a shutdown, in milliseconds; then their connections are cut. */
const LAST_ANSWERS_MS = 2_000;

export interface Server {
  readonly app: FastifyInstance;
  /** Address that people open, without a slash at the end. Right once started. */
  url(): string;
  /** Accounts made by this start, with their passwords; null at every later one. */
  demo(): DemoAccount[] | null;
  /** File of a generated key, or null. */
  readonly generatedSecret: string | null;
  /** Listens. @throws the error of `listen`, for example EADDRINUSE */
  start(): Promise<void>;
  /** Ends everything in order; idempotent. */
  close(): Promise<void>;
}

interface Options {
  config: Config;
  log: Logger;
  tls?: Certificate | undefined;
  /** Host in `url()`; default: the address that is listened on. */
  announcedHost?: string | undefined;
}

/** Builds everything without listening. @throws when a part cannot be built; what was built before it is closed again */
export async function wire({ config, log, tls, announcedHost }: Options): Promise<Server> {
  const core = await buildCore(config, log);
  try {
    const { secrets, database, media, tokens, auth, chatStore, rooms, turns } = core;
    let accepting = false;
    let demo: DemoAccount[] | null = null;
    let closing: Promise<void> | undefined;
    const url = () => config.PUBLIC_URL?.replace(/\/$/, '') ?? listeningUrl(app, tls !== undefined, announcedHost ?? config.HOST);
    const users = createUsers(database);
    const consultations = createConsultations(database, rooms);
    const app = await buildApp({
      config,
      log,
      tls,
      auth,
      users,
      consultations,
      members: createMembers(database, tokens, url),
      chat: createChat(database, chatStore),
      routerRtpCapabilities: rtpCapabilities.parse(media.routerRtpCapabilities),
      readiness: { database: () => database.ping(PING_MS), media: () => media.healthy(), accepting: () => accepting },
      metrics: { rooms: () => rooms.stats(), workers: () => media.workers(), turns: (listener) => turns.listeners.push(listener) },
    });
    rooms.attach(app.server);

    async function start(): Promise<void> {
      // For `localhost` Fastify would open a second server that sockets do not reach.
      await app.listen({ host: config.HOST === 'localhost' ? '127.0.0.1' : config.HOST, port: config.PORT });
      // After listening: a port that is taken must not cost the passwords.
      if (config.DEMO ?? config.NODE_ENV !== 'production') demo = await createDemo(database, users, consultations);
      accepting = true;
    }
    async function close(): Promise<void> {
      accepting = false;
      // First of all: a terminal's Ctrl-C has reached the workers as well.
      media.drain();
      rooms.drain();
      // Waits for open sockets, which `core.close` ends, and for answers that their receivers may never read.
      const silent = app.close();
      const cut = setTimeout(() => app.server.closeAllConnections(), LAST_ANSWERS_MS);
      await core.close(silent).finally(() => clearTimeout(cut));
    }
    return { app, url, start, demo: () => demo, generatedSecret: secrets.generated, close: () => (closing ??= close()) };
  } catch (error) {
    await core.close();
    throw error;
  }
}

/** What the HTTP layer stands on, from the configuration up. */
async function buildCore(config: Config, log: Logger) {
  const opened: { close(): Promise<void> }[] = [];
  /** Closes rooms, then waits for `between`, then media and database. */
  async function close(between?: Promise<void>): Promise<void> {
    const [rooms, ...rest] = opened.toReversed();
    await rooms?.close();
    await between;
    for (const part of rest) await part.close();
  }
  try {
    const secrets = await loadSecrets(config);
    const database = await openDatabase(config, log);
    opened.push(database);
    const migrated = await migrate(database);
    if (migrated.length > 0) log.info({ migrated }, 'database migrated');
    const media = await createMediaServer({ config, log });
    opened.push(media);
    const tokens = createTokens(secrets.jwt);
    const auth = await createAuth(config, database, tokens);
    const chatStore = createChatStore(database);
    // The rooms come before the metrics that listen to them.
    const turns: { listeners: TurnListener[] } = { listeners: [] };
    const rooms = createRooms({
      config,
      log,
      media,
      policy: createConsultationPolicy(database, auth),
      chat: chatStore,
      authenticator: auth,
      snapshots: createSnapshotStore(database),
      iceServers: (userId) => iceServers(config, userId),
      onTurn: (...turn) => turns.listeners.forEach((listener) => listener(...turn)),
    });
    opened.push(rooms);
    return { secrets, database, media, tokens, auth, chatStore, rooms, turns, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function listeningUrl(app: FastifyInstance, secure: boolean, host: string): string {
  const { port } = app.server.address() as AddressInfo;
  const everywhere = ['127.0.0.1', '::1', '0.0.0.0', '::'].includes(host);
  const name = everywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `${secure ? 'https' : 'http'}://${name}:${port}`;
}
