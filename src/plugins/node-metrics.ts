/** Metrics of a node among others and of what it stands on: leases, bus, Redis, pool of the database, jobs, deaths of media workers. */
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { PoolFigures } from '#src/database/connections.ts';
import type { Backlog } from '#src/outbox/outbox.ts';

export interface NodeFigures {
  /** Seconds since the leases were last renewed; null while there is nothing to renew. */
  renewalAge: number | null;
  leases: number;
  nodes: number;
  nodesGone: number;
  unsent: number;
  unsaid: number;
  refusals: ReadonlyMap<string, number>;
  opened: ReadonlyMap<string, number>;
  stopped: ReadonlyMap<string, number>;
  renewals: ReadonlyMap<string, number>;
  sizes: Readonly<Record<string, number>>;
  busiest: readonly { roomId: string; peers: number; mailboxDepth: number }[];
}

export interface NodeSources {
  node: () => NodeFigures;
  /** Takes who is told of each request to another node: its outcome, and ms. */
  bus: (listener: (outcome: string, ms: number) => void) => void;
  /** Takes who is told of each job that ends. */
  jobs: (listener: (topic: string, outcome: string) => void) => void;
  backlog: () => Promise<Backlog>;
  /** Null: there is none. */
  redisUp: () => boolean | null;
  pool: () => PoolFigures | null;
  workerDeaths: () => number;
  /** Null: this process does not record. */
  recorder: () => { tracks: number; breaks: number; lost: number; faulty: number } | null;
}

/** How old the figures of the jobs may be, and how long a scrape waits for them, in ms: `/metrics` must answer when the database does not. */
const BACKLOG_AGE_MS = 5_000;
const BACKLOG_MS = 1_000;

/** @param buckets upper ends for durations, in seconds */
export function exposeNode(register: Registry, sources: NodeSources, buckets: readonly number[]): void {
  const { node } = sources;
  count(register, 'rooms_refusals_total', 'Requests of sockets that were refused, by code', 'code', () => node().refusals);
  count(
    register,
    'rooms_opened_total',
    'Rooms opened: new, or restored with the seats that an owner before had left',
    'how',
    () => node().opened,
  );
  count(register, 'rooms_stopped_total', 'Rooms stopped, by reason; fenced: a newer owner has them', 'reason', () => node().stopped);
  count(register, 'rooms_lease_renewals_total', 'Leases by what came of renewing them', 'outcome', () => node().renewals);
  gauge(register, 'rooms_leases', 'Leases that this node holds', () => node().leases);
  gauge(
    register,
    'rooms_lease_renewal_age_seconds',
    'Time since the leases were last renewed; 0 without any',
    () => node().renewalAge ?? 0,
  );
  gauge(register, 'cluster_nodes', 'Nodes that live as far as this one knows, with it', () => node().nodes);
  total(register, 'cluster_nodes_gone_total', 'Other nodes that fell silent', () => node().nodesGone);
  total(
    register,
    'cluster_messages_unsent_total',
    'Messages to the people of other nodes that Redis did not take, or not in time',
    () => node().unsent,
  );
  gauge(register, 'rooms_gone_unsaid', 'Lost connections that their rooms could not be told of yet', () => node().unsaid);
  labelled(register, 'rooms_by_size', 'Open rooms by their seats; `seats` is the upper end', 'seats', () => Object.entries(node().sizes));
  const busiest = (of: 'peers' | 'mailboxDepth') => () => node().busiest.map((room) => [room.roomId, room[of]] as const);
  labelled(register, 'room_peers', 'Seats of the few largest rooms and of those with most messages waiting', 'room', busiest('peers'));
  labelled(register, 'room_mailbox_depth', 'Messages waiting in the same rooms', 'room', busiest('mailboxDepth'));
  total(register, 'media_worker_deaths_total', 'Media workers that died or were killed for not answering', sources.workerDeaths);
  const requests = new Histogram({
    name: 'bus_request_seconds',
    help: 'Requests to other nodes by outcome',
    labelNames: ['outcome'] as const,
    buckets: [...buckets],
    registers: [register],
  });
  sources.bus((outcome, ms) => requests.observe({ outcome }, ms / 1_000));
  exposeRecorder(register, sources);
  exposeSurroundings(register, sources);
}

function exposeRecorder(register: Registry, { recorder }: NodeSources): void {
  gauge(register, 'recording_tracks', 'Tracks that are recorded now', () => recorder()?.tracks ?? 0);
  total(register, 'recording_breaks_total', 'Recording processes that broke off; each is started again', () => recorder()?.breaks ?? 0);
  total(register, 'recording_pieces_lost_total', 'Pieces of recordings that could not be kept', () => recorder()?.lost ?? 0);
  gauge(register, 'recording_faulty', 'Recordings of which nothing can be kept just now', () => recorder()?.faulty ?? 0);
}

function exposeSurroundings(register: Registry, { redisUp, pool, jobs, backlog }: NodeSources): void {
  labelled(register, 'redis_up', 'Whether Redis is connected; nothing where none is set', 'use', () => {
    const up = redisUp();
    return up === null ? [] : [['main', Number(up)]];
  });
  const states = ['used', 'idle', 'waiting'] as const;
  labelled(register, 'database_pool_connections', 'Connections to the database, and who waits for one', 'state', () => {
    const figures = pool();
    return figures ? states.map((state) => [state, figures[state]] as const) : [];
  });
  total(register, 'database_pool_acquires_total', 'Connections that were asked for', () => pool()?.acquired ?? 0);
  total(register, 'database_pool_wait_seconds_total', 'Time that was waited for connections', () => pool()?.waited ?? 0);
  total(register, 'database_pool_timeouts_total', 'Waits for a connection that were given up', () => pool()?.timeouts ?? 0);

  const done = new Counter({
    ...{ name: 'jobs_total', help: 'Tries of jobs by topic and outcome: done, failed (comes again), dead (does not)' },
    ...{ labelNames: ['topic', 'outcome'] as const, registers: [register] },
  });
  jobs((topic, outcome) => done.inc({ topic, outcome }));
  const recent = recently(backlog);
  const ofBacklog = (name: string, help: string, of: keyof Backlog): void => {
    new Gauge({
      ...{ name, help, registers: [register] },
      async collect() {
        const figures = await recent();
        if (figures) this.set(figures[of]);
      },
    });
  };
  ofBacklog('outbox_due', 'Jobs that are due and that nobody has in hand', 'due');
  ofBacklog('outbox_oldest_due_seconds', 'Since when the oldest of them is due', 'oldest');
  ofBacklog('outbox_dead', 'Jobs that gave up and wait for a person', 'dead');
}

/** One look for all that ask at the same time, a bit old for those that ask often. @returns the last that is known when it takes too long */
function recently<T>(look: () => Promise<T>): () => Promise<T | null> {
  let last: T | null = null;
  let at = -Infinity;
  let looking: Promise<void> | null = null;
  return async () => {
    if (performance.now() - at > BACKLOG_AGE_MS) {
      looking ??= look()
        .then(
          (found) => void ([last, at] = [found, performance.now()]),
          () => undefined,
        )
        .finally(() => (looking = null));
      await Promise.race([looking, new Promise((late) => setTimeout(late, BACKLOG_MS).unref())]);
    }
    return last;
  };
}

function gauge(register: Registry, name: string, help: string, read: () => number): void {
  new Gauge({
    ...{ name, help, registers: [register] },
    collect() {
      this.set(read());
    },
  });
}

function labelled(register: Registry, name: string, help: string, label: string, read: () => Iterable<readonly [string, number]>): void {
  new Gauge({
    ...{ name, help, labelNames: [label], registers: [register] },
    collect() {
      this.reset();
      for (const [value, number] of read()) this.set({ [label]: value }, number);
    },
  });
}

/** A count that somebody else keeps. */
export function total(register: Registry, name: string, help: string, read: () => number): void {
  new Counter({
    ...{ name, help, registers: [register] },
    collect() {
      this.reset();
      this.inc(read());
    },
  });
}

/** Counts that somebody else keeps, by a label. */
export function count(
  register: Registry,
  name: string,
  help: string,
  label: string,
  read: () => Iterable<readonly [string, number]>,
): void {
  new Counter({
    ...{ name, help, labelNames: [label], registers: [register] },
    collect() {
      this.reset();
      for (const [value, number] of read()) this.inc({ [label]: value }, number);
    },
  });
}
