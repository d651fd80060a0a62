/** The router's RTP capabilities, cached so that the `Device` can load while the socket opens. */
import { speaksProtocol } from '#rooms/protocol-version.ts';
import type { MediaSession } from '#rooms/protocol.ts';
import { createStore } from '../store.ts';
import { remember, remembered } from '../stored.ts';
import { call } from './api.ts';

export interface Capabilities {
  protocolVersion: string;
  routerRtpCapabilities: MediaSession['routerRtpCapabilities'];
}

const KEY = 'wenzhen.capabilities';

/** True once the server turned out to speak another protocol than this page. */
export const outdated = createStore(false);

function cached(): Capabilities | null {
  const { protocolVersion, routerRtpCapabilities } = remembered<Capabilities>(KEY) ?? {};
  return protocolVersion && routerRtpCapabilities ? { protocolVersion, routerRtpCapabilities } : null;
}

async function fresh(): Promise<Capabilities> {
  const capabilities = await call<Capabilities>('/media/capabilities', { token: null });
  if (!speaksProtocol(capabilities.protocolVersion)) outdated.set(true);
  remember(KEY, capabilities);
  return capabilities;
}

let running: Promise<Capabilities> | null = null;

/** Capabilities from the last visit if there are any (and refreshed for the next), else from the server. */
export function capabilities(): Promise<Capabilities> {
  running ??= start();
  return running;
}

function start(): Promise<Capabilities> {
  const known = cached();
  const update = fresh();
  // A failed request is tried again by the next caller.
  update.catch(() => (running = null));
  if (!known || !speaksProtocol(known.protocolVersion)) return update;
  return Promise.resolve(known);
}
