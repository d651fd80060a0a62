/** The mediasoup `Device` of the page: loaded once, from cached capabilities, while the socket opens and the room is joined. */
import type { Device } from 'mediasoup-client';
import type { RtpCapabilities } from 'mediasoup-client/types';
import { capabilities } from '../net/capabilities.ts';
import { remember, remembered } from '../stored.ts';

let loading: Promise<Device | null> | null = null;

/** The loaded device, or null when this browser has no WebRTC that we can use (then the visit is text only). */
export function loadDevice(): Promise<Device | null> {
  loading ??= load();
  // A failed request for the capabilities is tried again by the next caller.
  loading.catch(() => (loading = null));
  return loading;
}

async function load(): Promise<Device | null> {
  const [{ routerRtpCapabilities }, { newDevice }] = await Promise.all([capabilities(), import('./new-device.ts')]);
  let device: Device;
  try {
    device = newDevice();
  } catch (error) {
    console.warn('This browser cannot take part with media', error);
    return null;
  }
  await device.load({ routerRtpCapabilities: routerRtpCapabilities as RtpCapabilities });
  remember<Receivable>(KEY, { agent: navigator.userAgent, capabilities: device.recvRtpCapabilities });
  return device;
}

/**
 * Whether the browser can do something else than the loaded device believes, which goes by what was remembered; then
 * `loadDevice` gives another one. Takes a moment of the page's thread.
 */
export async function deviceOutdated(): Promise<boolean> {
  const device = await loading;
  if (!device || !(await (await import('./new-device.ts')).isOutdated(device))) return false;
  loading = null;
  return true;
}

interface Receivable {
  agent: string;
  capabilities: RtpCapabilities;
}
const KEY = 'wenzhen.receivable';

/**
 * What this browser could receive at its last visit, or null. It lets the join leave before the device is loaded;
 * whoever uses it compares with the device afterwards (`sameCapabilities`).
 */
export function lastReceivable(): RtpCapabilities | null {
  const last = remembered<Receivable>(KEY);
  return last?.agent === navigator.userAgent ? (last.capabilities ?? null) : null;
}

/** Both come from the same code of mediasoup-client, so that equal ones are also written in the same order. */
export function sameCapabilities(a: RtpCapabilities | null, b: RtpCapabilities | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
