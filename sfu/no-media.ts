/** In place of a media server, in a process that opens no rooms: there are no workers, and nobody is told that they are missing. */
import { routerRtpCapabilities } from './codecs.ts';
import { MediaError } from './errors.ts';
import type { MediaServer } from './types.ts';

const elsewhere = (): Promise<never> => Promise.reject(new MediaError('media_unavailable'));

/** A media server without workers. Clients that ask it are told `media_unavailable`. */
export function createNoMedia(): MediaServer {
  return {
    routerRtpCapabilities,
    openRoom: elsewhere,
    openProbe: elsewhere,
    workers: () => [],
    deaths: () => 0,
    healthy: () => true,
    nodeGone: () => undefined,
    drain: () => undefined,
    close: async () => undefined,
  };
}
