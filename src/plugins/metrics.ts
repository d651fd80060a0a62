/** Prometheus metrics at `/metrics`: HTTP latency, rooms, media workers, event loop and process. */
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { count, exposeNode, total, type NodeSources } from './node-metrics.ts';
import { publicAccess } from './policy.ts';
import type { RequestDurations } from './request-durations.ts';

/** Socket messages since the start. */
interface MessageCounts {
  readonly received: number;
  readonly answered: number;
  readonly refused: number;
  readonly rateLimited: number;
  readonly cut: number;
}

/** Told of each turn of a room actor, in ms. */
export type TurnListener = (kind: string, waitedMs: number, ranMs: number) => void;

export interface MetricSources {
  /** Takes the listener of turns. */
  turns: (listener: TurnListener) => void;
  rooms: () => { rooms: number; peers: number; lobby: number; sockets: number; mailboxDepth: number; messages: MessageCounts };
  /** Alerts about money since the start, by kind. */
  moneyAlerts: () => Readonly<Record<string, number>>;
  /** Absent: a part of an application, in tests. */
  node?: NodeSources;
  workers: () => { pid: number; load: number; rss: number; rooms: number; transports: number; producers: number; consumers: number }[];
}

/** Upper ends of the buckets of durations, in seconds. */
export const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** What this process has counted since its start. */
export interface ProcessCounts {
  /** Events in the log of security, by kind. */
  security: () => ReadonlyMap<string, number>;
  /** By event, `order.create` for example. */
  business: () => Readonly<Record<string, number>>;
  slowQueries: () => number;
  /** Lines of the log, by level. */
  lines: () => ReadonlyMap<string, number>;
}

/** Tag of the figures of the business. */
const APPLICATION = 'wenzhen';

export function exposeMetrics(app: FastifyInstance, sources: MetricSources, durations: RequestDurations, counts: ProcessCounts): void {
  const register = new Registry();
  collectDefaultMetrics({ register });
  gaugeRooms(register, sources.rooms);
  gaugeWorkers(register, sources.workers);
  count(register, 'money_alerts_total', 'Payments that do not fit our books, and refunds that did not go through', 'kind', () =>
    Object.entries(sources.moneyAlerts()),
  );
  observeTurns(register, sources.turns);
  count(register, 'security_events_total', 'What was suspicious, by its kind in the log of security events', 'kind', counts.security);
  for (const event of Object.keys(counts.business()))
    count(register, `business_${event.replaceAll('.', '_')}_total`, `business.${event}`, 'application', () => [
      [APPLICATION, counts.business()[event] ?? 0],
    ]);
  total(register, 'database_slow_queries_total', 'Statements that took longer than LOG_SLOW_QUERY_MS', counts.slowQueries);
  count(register, 'log_lines_total', 'Lines of the log, from level warn on', 'level', counts.lines);
  if (sources.node) exposeNode(register, sources.node, BUCKETS);
  app.get('/metrics', { config: { policy: publicAccess }, schema: { hide: true } }, async (_request, reply) => {
    return reply.type(register.contentType).send(`${await register.metrics()}\n${durations.text()}`);
  });
  app.addHook('onClose', async () => register.clear());
}

function observeTurns(register: Registry, listen: MetricSources['turns']): void {
  const histogram = (name: string, help: string) =>
    new Histogram({ name, help, labelNames: ['kind'] as const, buckets: BUCKETS, registers: [register] });
  const waited = histogram('rooms_turn_wait_seconds', 'How long a message waited in the mailbox of its room');
  const ran = histogram('rooms_turn_seconds', 'How long a room took for a message');
  listen((kind, waitedMs, ranMs) => {
    waited.observe({ kind }, waitedMs / 1_000);
    ran.observe({ kind }, ranMs / 1_000);
  });
}

function gaugeRooms(register: Registry, read: MetricSources['rooms']): void {
  const gauges = [
    ['rooms', 'rooms_open', 'Open rooms'],
    ['peers', 'rooms_peers', 'Seats in rooms'],
    ['lobby', 'rooms_lobby', 'People in lobbies'],
    ['sockets', 'rooms_sockets', 'Open sockets'],
    ['mailboxDepth', 'rooms_mailbox_depth', 'Messages waiting in the fullest mailbox'],
  ] as const;
  for (const [key, name, help] of gauges) {
    new Gauge({
      name,
      help,
      registers: [register],
      collect() {
        this.set(read()[key]);
      },
    });
  }
  new Counter({
    name: 'rooms_messages_total',
    help: 'Socket messages by what became of them',
    labelNames: ['outcome'] as const,
    registers: [register],
    collect() {
      this.reset();
      for (const [outcome, count] of Object.entries(read().messages)) this.inc({ outcome }, count);
    },
  });
}

function gaugeWorkers(register: Registry, read: MetricSources['workers']): void {
  const help = {
    load: 'Share of a core that a media worker uses, 0 to 1',
    rss: 'Resident memory of a media worker in bytes',
    rooms: 'Rooms of a media worker',
    transports: 'Transports of a media worker',
    producers: 'Producers of a media worker',
    consumers: 'Consumers of a media worker',
  };
  for (const key of Object.keys(help) as (keyof typeof help)[]) {
    new Gauge({
      name: key === 'rss' ? 'media_worker_rss_bytes' : `media_worker_${key}`,
      help: help[key],
      labelNames: ['pid'] as const,
      registers: [register],
      collect() {
        this.reset();
        for (const worker of read()) this.set({ pid: worker.pid }, worker[key]);
      },
    });
  }
}
