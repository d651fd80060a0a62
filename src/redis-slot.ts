/**
 * The server of a Redis Cluster that has certain keys. Everything of one use lies in one slot: what scripts, transactions, pipelines and
 * the order of published messages need. So a client is an ordinary connection to that slot's server; it only has to find it.
 */
import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectSecure, type TLSSocket } from 'node:tls';
import { AbstractConnector, Redis, type RedisOptions } from 'ioredis';

export interface Place {
  host: string;
  port: number;
}

/** How long a server of the cluster has for the map of slots, in ms. */
const MAP_MS = 1_000;

type Range = [from: number, to: number, master: [host: string | null, port: number], ...replicas: [host: string | null, port: number][]];

/**
 * A connector for ioredis: each connection goes to the server that has the slot then.
 * @param seeds servers of the cluster that are asked first; those that they name are asked from then on too
 */
export function followSlot(seeds: readonly Place[], tag: string): NonNullable<RedisOptions['Connector']> {
  let known = [...seeds];
  return class extends AbstractConnector {
    readonly #options: RedisOptions;
    constructor(options: unknown) {
      super((options as RedisOptions).disconnectTimeout ?? MAP_MS);
      this.#options = options as RedisOptions;
    }
    async connect(): Promise<Socket | TLSSocket> {
      this.connecting = true;
      const { owner, servers } = await look(known, tag, this.#options);
      known = distinct([...seeds, ...servers]);
      if (!this.connecting) throw new Error('Connection is closed.');
      const { tls } = this.#options;
      const stream = tls ? connectSecure({ ...owner, ...tls }) : connectPlain(owner);
      this.stream = stream;
      stream.once('error', (error) => (this.firstError = error));
      return stream;
    }
  };
}

/** Asks all: one that is cut off from the rest still believes what it knew, so the owner is who most of them name. @throws when nobody answers */
async function look(servers: readonly Place[], tag: string, options: RedisOptions): Promise<{ owner: Place; servers: Place[] }> {
  const maps = await Promise.allSettled(servers.map((server) => mapOf(server, tag, options)));
  const answered = maps.flatMap((map) => (map.status === 'fulfilled' ? [map.value] : []));
  const owners = answered.flatMap(({ slot, ranges }) => ranges.find(({ from, to }) => from <= slot && slot <= to)?.servers[0] ?? []);
  const votes = new Map<string, number>();
  for (const owner of owners) votes.set(nameOf(owner), (votes.get(nameOf(owner)) ?? 0) + 1);
  const [most] = owners.toSorted((a, b) => (votes.get(nameOf(b)) ?? 0) - (votes.get(nameOf(a)) ?? 0));
  if (!most) throw new Error(`No server of the Redis Cluster has told who has the keys of ${tag}`);
  return { owner: most, servers: answered.flatMap(({ ranges }) => ranges.flatMap((range) => range.servers)) };
}

async function mapOf({ host, port }: Place, tag: string, { username, password, tls }: RedisOptions) {
  const client = new Redis({
    ...{ host, port, lazyConnect: true, connectTimeout: MAP_MS, commandTimeout: MAP_MS, retryStrategy: () => null },
    ...(password && { username, password }),
    ...(tls && { tls }),
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const [slot, map] = await Promise.all([client.cluster('KEYSLOT', tag), client.cluster('SLOTS') as Promise<unknown>]);
    // A server that does not know its own name means the one by which it was reached.
    const placeOf = ([name, at]: [string | null, number]): Place => ({ host: name || host, port: at });
    return { slot, ranges: (map as Range[]).map(([from, to, ...servers]) => ({ from, to, servers: servers.map(placeOf) })) };
  } finally {
    client.disconnect();
  }
}

const nameOf = ({ host, port }: Place): string => `${host}:${port}`;
const distinct = (places: readonly Place[]): Place[] => [...new Map(places.map((place) => [nameOf(place), place])).values()];
