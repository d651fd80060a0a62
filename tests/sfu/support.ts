/** A media server on real workers, and made-up parameters for what needs no packets. */
import { jest } from '@jest/globals';
import { observer } from 'mediasoup';
import type { types } from 'mediasoup';
import { loadConfig } from '#config/index.ts';
import { createMediaServer } from '#sfu/index.ts';
import { RISE_MS } from '#sfu/quality.ts';
import type { MediaLog, MediaNodes, MediaServer, RoomMedia, RoomMediaEvents, RtpCapabilities, RtpParameters } from '#sfu/types.ts';

// Workers and handshakes share the machine with other tests.
jest.setTimeout(90_000);

/** How long the best level may take, ms: packets lost while a process waits for its turn make it begin at the worst, and once more. */
export const LEVELS_MS = 6 * RISE_MS + 20_000;

export interface TestMedia {
  server: MediaServer;
  /** Workers that were started so far, dead ones included. */
  workers: types.Worker[];
  /** What was logged: level and message. */
  logged: { level: string; message: string; fields: object }[];
  close(): Promise<void>;
}

/** @param env settings that differ from: one worker on loopback. @param nodes the way to other ones */
export async function startMedia(env: Record<string, string> = {}, nodes?: MediaNodes): Promise<TestMedia> {
  const workers: types.Worker[] = [];
  const logged: TestMedia['logged'] = [];
  const note = (level: string) => (fields: object, message: string) => void logged.push({ level, message, fields });
  const log: MediaLog = { debug: note('debug'), info: note('info'), warn: note('warn'), error: note('error') };
  const add = (worker: types.Worker) => void workers.push(worker);
  observer.on('newworker', add);
  const server = await createMediaServer({ config: loadConfig({ MEDIA_WORKERS: '1', ...env }), log, nodes });
  return {
    server,
    workers,
    logged,
    async close() {
      await server.close();
      observer.off('newworker', add);
    },
  };
}

type Heard<K extends keyof RoomMediaEvents> = RoomMediaEvents[K] extends [infer P] ? P[] : [][];

/** Collects what a room tells. */
export function listen<K extends keyof RoomMediaEvents>(room: RoomMedia, event: K): Heard<K> {
  const heard: unknown[] = [];
  room.on(event, (...args: unknown[]) => void heard.push(args[0] ?? []));
  return heard as Heard<K>;
}

let nextSsrc = 1_000;
const ssrc = () => (nextSsrc += 2);

/** A device that receives all that routers speak. */
export function receiver(server: MediaServer): RtpCapabilities {
  return server.routerRtpCapabilities;
}

/** Opus as a browser describes it. */
export function opus(): RtpParameters {
  return {
    codecs: [{ mimeType: 'audio/opus', payloadType: 111, clockRate: 48_000, channels: 2, parameters: { useinbandfec: 1, usedtx: 1 } }],
    encodings: [{ ssrc: ssrc() }],
  };
}

/** VP8, one encoding. */
export function vp8(): RtpParameters {
  return { codecs: [{ mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000 }], encodings: [{ ssrc: ssrc() }] };
}

/** VP8 simulcast in three layers, as mediasoup-client describes it. */
export function simulcast(): RtpParameters {
  const encodings = [4, 2, 1].map((scaleResolutionDownBy, index) => ({ rid: `r${index}`, scalabilityMode: 'L1T3', scaleResolutionDownBy }));
  return {
    mid: String(ssrc()),
    codecs: [
      { mimeType: 'video/VP8', payloadType: 96, clockRate: 90_000, rtcpFeedback: [{ type: 'nack' }, { type: 'nack', parameter: 'pli' }] },
      { mimeType: 'video/rtx', payloadType: 97, clockRate: 90_000, parameters: { apt: 96 } },
    ],
    headerExtensions: [
      { uri: 'urn:ietf:params:rtp-hdrext:sdes:mid', id: 1 },
      { uri: 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id', id: 2 },
    ],
    encodings,
  };
}

/** DTLS parameters that nobody is behind. */
export const dtlsParameters: types.DtlsParameters = {
  role: 'client',
  fingerprints: [{ algorithm: 'sha-256', value: Array.from({ length: 32 }, () => 'AB').join(':') }],
};
