/** Probe transports of one socket: for trying a network path before the visit. */
import type { MediaServer, Probe } from '#sfu/types.ts';
import { RoomError } from './errors.ts';
import type { Reply, RequestPayload } from './protocol.ts';
import type { IceServers } from './consultation-state.ts';

const MAX_PROBES = 3;
/** A probe closes itself after this long; its place is free again then. */
const PROBE_LIFE_MS = 30_000;

export interface Probes {
  /** @throws {RoomError} `limit_reached` @throws {MediaError} */
  open(payload: RequestPayload<'probe:open'>): Promise<Reply<'probe:open'>>;
  /** @throws {RoomError} `not_found` @throws {MediaError} */
  connect(payload: RequestPayload<'probe:connect'>): Promise<Reply<'probe:connect'>>;
  /** Closes all of them, also one that is just being opened. */
  close(): void;
}

export function createProbes(media: MediaServer, iceServers: () => IceServers): Probes {
  const probes = new Map<string, { probe: Probe; timer: ReturnType<typeof setTimeout> }>();
  let opening = 0;
  let closed = false;

  const drop = (id: string): void => {
    const found = probes.get(id);
    if (!found) return;
    probes.delete(id);
    clearTimeout(found.timer);
    found.probe.close();
  };

  return {
    async open({ path }) {
      if (probes.size + opening >= MAX_PROBES) throw new RoomError('limit_reached');
      opening++;
      try {
        const probe = await media.openProbe(path);
        const { transport } = probe;
        probes.set(transport.id, { probe, timer: setTimeout(() => drop(transport.id), PROBE_LIFE_MS).unref() });
        if (closed) drop(transport.id);
        return { transport, routerRtpCapabilities: media.routerRtpCapabilities, iceServers: iceServers() };
      } finally {
        opening--;
      }
    },
    async connect({ transportId, dtlsParameters }) {
      const found = probes.get(transportId);
      if (!found) throw new RoomError('not_found');
      await found.probe.connect(dtlsParameters);
      return {};
    },
    close() {
      closed = true;
      for (const id of [...probes.keys()]) drop(id);
    },
  };
}
