/** The only place that knows every part: builds each, hands it what it needs, and takes them down in order. */
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { Config } from '#config/index.ts';
import { createRooms, joinCluster, type Rooms } from '#rooms/index.ts';
import { rtpCapabilities } from '#rooms/protocol-media.ts';
import { createMediaServer, createNoMedia, createRecorder, iceServers } from '#sfu/index.ts';
import { type JobListener, startWorkers, watchWorkers, type Workers } from '#workers/index.ts';
import { buildApp } from './app.ts';
import { createChatStore } from './chat/store.ts';
import { createVisitHooks } from './consultations/hooks.ts';
import { createConsultationPolicy } from './consultations/policy.ts';
import { createDemo, type DemoAccount } from './demo.ts';
import { createFiles, type Files } from './files/service.ts';
import { createFoundation, type Foundation } from './foundation.ts';
import type { Certificate } from './lan.ts';
import { createModules } from './modules.ts';
import { createDemoPartners } from './payments/demo-partners.ts';
import type { Readiness } from './plugins/health.ts';
import type { MetricSources, TurnListener } from './plugins/metrics.ts';
import type { NodeSources } from './plugins/node-metrics.ts';
import { createRecordingRecords } from './recordings/records.ts';
import { createSnapshotStore } from './snapshots/store.ts';

/** How long the readiness probe waits for the database, in milliseconds. */
const PING_MS = 2_000;
/** How long a node of a cluster goes on answering after it has said that it is leaving, in ms: balancers notice, connections end by themselves. */
const LINGER_MS = 1_500;
/** How long requests that run may go on during a shutdown, in milliseconds; then their connections are cut. */
const LAST_ANSWERS_MS = 2_000;

export interface Server {
  readonly app: FastifyInstance;
  /** Address that people open, without a slash at the end. Right once started. */
  url(): string;
  /** Accounts made by this start, with their passwords; null at every later one. */
  demo(): DemoAccount[] | null;
  /** Whether keys were made by the server itself instead of given. */
  readonly generatedSecrets: boolean;
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
    const { foundation, media, chatStore, rooms, listeners, visits, files } = core;
    const { secrets, database, outbox, tracing } = foundation;
    let accepting = false;
    let demo: DemoAccount[] | null = null;
    let closing: Promise<void> | undefined;
    const publicUrl = () => config.PUBLIC_URL?.replace(/\/$/, '') ?? listeningUrl(app, tls !== undefined, announcedHost ?? config.HOST);
    const routerRtpCapabilities = rtpCapabilities.parse(media.routerRtpCapabilities);
    // Known once the process does jobs, or has looked for those who do.
    let workers: Workers | Pick<Workers, 'active' | 'close'> | undefined;
    const jobs = { kind: config.REDIS_URL ? ('redis' as const) : ('process' as const), active: async () => workers?.active() ?? 0 };
    const around = { rooms, chatStore, files, pages: rooms, nodes: rooms, jobs, visits, routerRtpCapabilities, publicUrl };
    const modules = createModules(foundation, around);
    const app = await buildApp({
      foundation,
      modules,
      tls,
      readiness: { ...dependencies(core), accepting: () => accepting && !rooms.draining },
      metrics: { ...metricSources(core), moneyAlerts: modules.moneyAlerts.counts },
    });
    const partners = createDemoPartners(announcedHost);
    const cutConnections = attachRooms(app.server, rooms, config);

    async function start(): Promise<void> {
      // For `localhost` Fastify would open a second server that sockets do not reach.
      await app.listen({ host: config.HOST === 'localhost' ? '127.0.0.1' : config.HOST, port: config.PORT });
      // After listening: a port that is taken must not cost the passwords.
      if (config.DEMO ?? config.NODE_ENV !== 'production') {
        demo = await createDemo(database, modules);
        if (config.NODE_ENV !== 'production') modules.payments.gateways.simulate(partners.open);
      }
      // After listening: messages lead to the address that people open.
      if (config.ROLES.includes('jobs'))
        workers = startWorkers({ config, outbox, services: modules, log, tracing, onJob: listeners.onJob });
      else if (config.REDIS_URL) workers = watchWorkers(config.REDIS_URL, log);
      accepting = true;
    }
    async function close(): Promise<void> {
      accepting = false;
      // First of all: a terminal's Ctrl-C has reached the workers as well.
      media.drain();
      await leave(rooms);
      // Waits for open sockets, which `core.close` ends, and for answers that their receivers may never read.
      const silent = app.close();
      const cut = setTimeout(cutConnections, LAST_ANSWERS_MS);
      const idle = Promise.all([silent, workers?.close()]).then(() => undefined);
      await core.close(idle).finally(() => clearTimeout(cut));
      await partners.close();
    }
    const generatedSecrets = secrets.generated.length > 0;
    return { app, url: publicUrl, start, demo: () => demo, generatedSecrets, close: () => (closing ??= close()) };
  } catch (error) {
    await core.close();
    throw error;
  }
}

/**
 * Lets sockets in. @returns cuts every connection, those too that have become WebSockets: they are none of the server's own any more, but its
 * end waits for them, and for half a minute when nobody is at the other end to say goodbye.
 */
function attachRooms(server: FastifyInstance['server'], rooms: Rooms, { ROLES }: Config): () => void {
  const upgraded = new Set<Duplex>();
  // Who does jobs and nothing else takes no sockets.
  if (ROLES.includes('api') || ROLES.includes('rooms')) {
    rooms.attach(server);
    server.on('upgrade', (_request, socket) => {
      upgraded.add(socket);
      socket.once('close', () => upgraded.delete(socket));
    });
  }
  return () => {
    server.closeAllConnections();
    for (const socket of upgraded) socket.destroy();
  };
}

/** Hands rooms over. Meanwhile the process answers, and says that it is not ready: balancers take people elsewhere. */
async function leave(rooms: Rooms): Promise<void> {
  await rooms.leave();
  if (rooms.stats().nodes > 1) await delay(LINGER_MS);
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
    const foundation = await createFoundation(config, log);
    opened.push(foundation);
    const { database, auth, redis, nodeId, tracing, vault } = foundation;
    // Without a database that they share, processes have no rooms to share.
    const cluster = redis && config.DATABASE_URL ? await joinCluster(redis, nodeId, log) : undefined;
    if (cluster) opened.push(cluster);
    const media = config.ROLES.includes('rooms') ? await createMediaServer({ config, log, nodes: cluster?.media }) : createNoMedia();
    opened.push(media);
    const chatStore = createChatStore(database, vault);
    const files = createFiles(foundation);
    const recording = config.ROLES.includes('rooms') ? await openRecorder(foundation, files) : undefined;
    if (recording) opened.push(recording.recorder);
    // The rooms come before the metrics that listen to them.
    const listeners: Listeners = { turn: [], bus: [], job: [], onJob: (...job) => tell(listeners.job, job) };
    const visits = createVisitHooks();
    const rooms = createRooms({
      cluster,
      config,
      log,
      tracing,
      media,
      policy: createConsultationPolicy(database, vault, auth, visits),
      chat: chatStore,
      authenticator: auth,
      snapshots: createSnapshotStore(database),
      recording,
      iceServers: (userId) => iceServers(turnOf(foundation), userId),
      onTurn: (...turn) => tell(listeners.turn, turn),
      onBusRequest: (...request) => tell(listeners.bus, request),
    });
    opened.push(rooms);
    return { foundation, media, chatStore, rooms, listeners, visits, files, recording, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The TURN server as it is now: its secret may change while rooms are open. */
function turnOf({ partners, config: { TURN_TTL_SECONDS } }: Foundation): Parameters<typeof iceServers>[0] {
  const account = partners.get('turn');
  return { TURN_URLS: account?.urls ?? [], TURN_SECRET: account?.secret, TURN_TTL_SECONDS };
}

function dependencies({ foundation, media }: Awaited<ReturnType<typeof buildCore>>): Omit<Readiness, 'accepting'> {
  const { database, redis } = foundation;
  return { database: () => database.ping(PING_MS), media: () => media.healthy(), redis: () => redis && redis.status === 'ready' };
}

/** Those who keep the metrics; they come after what they listen to. */
interface Listeners {
  turn: TurnListener[];
  bus: Parameters<NodeSources['bus']>[0][];
  job: JobListener[];
  readonly onJob: JobListener;
}

function tell<A extends unknown[]>(listeners: readonly ((...told: A) => void)[], told: A): void {
  for (const listener of listeners) listener(...told);
}

function metricSources({
  foundation,
  media,
  rooms,
  listeners,
  recording,
}: Awaited<ReturnType<typeof buildCore>>): Omit<MetricSources, 'moneyAlerts'> {
  const { database, outbox, redis } = foundation;
  const node: NodeSources = {
    node() {
      const { figures, ...stats } = rooms.stats();
      const { renewedAt } = figures;
      return { ...stats, ...figures, renewalAge: renewedAt === null ? null : (performance.now() - renewedAt) / 1_000 };
    },
    bus: (listener) => listeners.bus.push(listener),
    jobs: (listener) => listeners.job.push(listener),
    backlog: () => outbox.backlog(),
    redisUp: () => redis && redis.status === 'ready',
    pool: () => database.pool(),
    workerDeaths: () => media.deaths(),
    recorder: () => recording?.recorder.figures() ?? null,
  };
  return { rooms: () => rooms.stats(), workers: () => media.workers(), turns: (listener) => listeners.turn.push(listener), node };
}

/** Records what happens in rooms of this node. Closed after the rooms, whose last pieces it writes. */
async function openRecorder(foundation: Foundation, files: Files) {
  const { config, log } = foundation;
  const recorder = await createRecorder({ config, log, folder: path.join(config.DATA_DIR, 'recording') });
  return { recorder, records: createRecordingRecords({ ...foundation, files }) };
}

function listeningUrl(app: FastifyInstance, secure: boolean, host: string): string {
  const { port } = app.server.address() as AddressInfo;
  const everywhere = ['127.0.0.1', '::1', '0.0.0.0', '::'].includes(host);
  const name = everywhere ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return `${secure ? 'https' : 'http'}://${name}:${port}`;
}
