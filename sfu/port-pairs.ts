/** Pairs of neighbouring UDP ports of loopback: one for packets, the next for RTCP. */
import { createSocket } from 'node:dgram';
import { TAP_ADDRESS } from './recording-tap.ts';

export interface PortPairs {
  /** @returns the first of two free ports. @throws when there are none */
  take(): Promise<number>;
  give(port: number): void;
}

/** Tries to find a pair where the system chooses. */
const ATTEMPTS = 20;

/** @param range first and last port; null: wherever the system has two */
export function createPortPairs(range: readonly [number, number] | null): PortPairs {
  const taken = new Set<number>();
  async function free(port: number): Promise<number | null> {
    const first = await bind(port);
    if (first === null) return null;
    const second = await bind(first.port + 1);
    const fits = second !== null && first.port % 2 === 0 && !taken.has(first.port);
    await Promise.all([first.close(), second?.close()]);
    return fits ? first.port : null;
  }
  return {
    async take() {
      const from = range ? range[0] + (range[0] % 2) : 0;
      const tries = range ? Math.floor((range[1] - from + 1) / 2) : ATTEMPTS;
      for (let attempt = 0; attempt < tries; attempt++) {
        const asked = range ? from + attempt * 2 : 0;
        if (range && taken.has(asked)) continue;
        const port = await free(asked);
        if (port === null || taken.has(port)) continue;
        taken.add(port);
        return port;
      }
      throw new Error('no two free ports for a recording');
    },
    give: (port) => void taken.delete(port),
  };
}

function bind(port: number): Promise<{ port: number; close(): Promise<void> } | null> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => {
      socket.close();
      resolve(null);
    });
    socket.bind(port, TAP_ADDRESS, () => {
      const close = (): Promise<void> => new Promise((done) => socket.close(() => done()));
      resolve({ port: socket.address().port, close });
    });
  });
}
