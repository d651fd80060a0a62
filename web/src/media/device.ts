/** The mediasoup `Device` of the page: loaded once, from cached capabilities, while the socket opens. */
import { Device } from 'mediasoup-client';
import type { RtpCapabilities } from 'mediasoup-client/types';
import { capabilities } from '../net/capabilities.ts';

let loading: Promise<Device | null> | null = null;

/** The loaded device, or null when this browser has no WebRTC that we can use (then the visit is text only). */
export function loadDevice(): Promise<Device | null> {
  loading ??= load();
  // A failed request for the capabilities is tried again by the next caller.
  loading.catch(() => (loading = null));
  return loading;
}

async function load(): Promise<Device | null> {
  const { routerRtpCapabilities } = await capabilities();
  let device: Device;
  try {
    device = new Device();
  } catch (error) {
    console.warn('This browser cannot take part with media', error);
    return null;
  }
  await device.load({ routerRtpCapabilities: routerRtpCapabilities as RtpCapabilities });
  return device;
}
