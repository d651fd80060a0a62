/** Probe transports of one socket: for trying a network path before the visit. */
import type { MediaServer, Probe } from '#sfu/types.ts';
import { RoomError } from './errors.ts';
import type { Reply, RequestPayload } from './protocol.ts';
import type { IceServers } from './consultation-state.ts';

/** Of one person, on all their connections. */
const MAX_PROBES = 3;

/** Probes that a person has, or is just getting. */
export interface ProbeCount {
  held: Set<Probe>;
  opening: number;
}
export interface Probes {
  /** @throws {RoomError} `limit_reached` @throws {MediaError} */
  open(payload: RequestPayload<'probe:open'>): Promise<Reply<'probe:open'>>;
  /** @throws {RoomError} `not_found` @throws {MediaError} */
  connect(payload: RequestPayload<'probe:connect'>): Promise<Reply<'probe:connect'>>;
  /** Closes all of them, also one that is just being opened. */
  close(): void;
}

/** @param count shared by all sockets of the person */
export function createProbes(media: MediaServer, iceServers: () => IceServers, count: ProbeCount): Probes {
  const probes = new Map<string, Probe>();
  let closed = false;

  const drop = (id: string, probe: Probe): void => {
    probes.delete(id);
    count.held.delete(probe);
    probe.close();
  };
  /** Forgets those that closed themselves. */
  const sweep = (): void => {
    for (const [id, probe] of probes) if (probe.closed) drop(id, probe);
    for (const probe of count.held) if (probe.closed) count.held.delete(probe);
  };

  return {
    async open({ path }) {
      sweep();
      if (count.held.size + count.opening >= MAX_PROBES) throw new RoomError('limit_reached');
      count.opening++;
      try {
        const probe = await media.openProbe(path);
        const { transport } = probe;
        probes.set(transport.id, probe);
        count.held.add(probe);
        if (closed) drop(transport.id, probe);
        return { transport, routerRtpCapabilities: media.routerRtpCapabilities, iceServers: iceServers() };
      } finally {
        count.opening--;
      }
    },
    async connect({ transportId, dtlsParameters }) {
      sweep();
      const probe = probes.get(transportId);
      if (!probe) throw new RoomError('not_found');
      await probe.connect(dtlsParameters);
      return {};
    },
    close() {
      closed = true;
      for (const [id, probe] of probes) drop(id, probe);
    },
  };
}
